"""All recipes, by name."""

from zoo import (
    aae,
    acgan,
    bgan,
    bigan,
    cgan,
    cogan,
    cyclegan,
    dcgan,
    dualgan,
    gan,
    infogan,
    lsgan,
    pix2pix,
    r3gan,
    sgan,
    sngan,
    srgan,
    wgan,
    wgan_gp,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        gan.RECIPE,
        dcgan.RECIPE,
        lsgan.RECIPE,
        wgan.RECIPE,
        wgan_gp.RECIPE,
        r3gan.RECIPE,
        r3gan.CONDITIONAL,
        sngan.SNGAN,
        cgan.RECIPE,
        acgan.RECIPE,
        sngan.CONDITIONAL,
        infogan.RECIPE,
        bgan.RECIPE,
        bgan.CONTINUOUS,
        sgan.RECIPE,
        aae.AAE,
        aae.CONDITIONAL,
        aae.SEMI_SUPERVISED,
        aae.LABELLED_PRIOR,
        bigan.RECIPE,
        bigan.ALI,
        cogan.ADAPTATION,  # whose models are CoGANs too, of other data
        cogan.RECIPE,
        pix2pix.RECIPE,
        cyclegan.RECIPE,
        dualgan.RECIPE,
        srgan.SRRESNET,
        srgan.SRGAN,
    )
}
