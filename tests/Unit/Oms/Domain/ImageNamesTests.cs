namespace Drydock.Tests.Unit.Oms;

public sealed class ImageNamesTests
{
    [Theory]
    [InlineData("registry.example/oms:feature_4.2.2", "4.2.2")]
    [InlineData("registry.example:5000/a/oms:feature_3.3.1_ce", "3.3.1-ce")]
    [InlineData("oms:feature_3.3.1-CE", "3.3.1-ce")]
    [InlineData("registry.example/oceanbase/oms-ce:4.2.11", "4.2.11-ce")]
    [InlineData("oms:4.2.2-bp1@sha256:0000", "4.2.2-bp1")]
    [InlineData("registry.example/base/image:feature_4.2.7_ce", "4.2.7-ce")]
    [InlineData("registry.example/team/our-oms:4.2.2", "4.2.2")]
    public void Vendor_image_name_contains_the_version(string image, string version) =>
        ImageNames.VersionOf(image).ShouldBe(OmsVersion.Parse(version));

    [Theory]
    [InlineData("registry.example:5000/oms")]
    [InlineData("sha256:0123")]
    [InlineData("oms:latest")]
    [InlineData("oms:feature_4.2.2-without-jar")]
    [InlineData("registry.example/oms:2024.01.15")]
    [InlineData("registry.example/oms:1.0.3")]
    [InlineData("registry.example/base/migration:4.2.2")]
    [InlineData("registry.example/oms-with-agent:4.2.2")]
    [InlineData("oms:feature_20.1.15")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_image_names_have_no_version(string? image) => ImageNames.VersionOf(image).ShouldBeNull();

    [Theory]
    [InlineData("oms:feature_4.2.1", "version 4.2.1, but spec.toVersion is 4.2.2-bp1")]
    [InlineData("oms:feature_4.2.2_ce", "Community")]
    [InlineData("oms-ce:4.2.2", "Community")]
    [InlineData("oms:feature_4.2.2", null)]
    [InlineData("oms:mine", null)]
    public void Image_name_that_contradicts_the_upgrade_is_reported(string image, string? says)
    {
        var path = (UpgradePath.Allowed)UpgradePaths.Check(
            OmsEdition.Enterprise, OmsVersion.Parse("3.2.2"), OmsVersion.Parse("4.2.2-bp1"));

        if (says is null)
        {
            ImageNames.Contradiction(image, path).ShouldBeNull();
        }
        else
        {
            ImageNames.Contradiction(image, path).ShouldNotBeNull().ShouldContain(says);
        }
    }
}
