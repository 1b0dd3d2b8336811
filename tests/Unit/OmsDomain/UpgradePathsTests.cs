using Drydock.Reconcilers.OmsUpgrades.Domain;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.OmsDomain;

public sealed class UpgradePathsTests
{
    [Theory]
    [InlineData("3.2.1", "4.2.2")]
    [InlineData("3.2.1-bp1", "4.2.2")]
    [InlineData("3.2.2-bp2", "4.2.2-bp1")]
    [InlineData("3.4.0", "4.2.2")]
    [InlineData("4.0.0-bp7", "4.2.2")]
    public void Enterprise_from_3_2_1_to_below_4_0_1_goes_to_4_2_2_with_the_correction_jar(string from, string to)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        path.NeedsCorrectionJar.ShouldBeTrue();
        path.NeedsIsUpgrade.ShouldBeTrue();
        path.NeedsProjectChecks.ShouldBeTrue();
        path.NeedsEnableConnectorRule.ShouldBeTrue();
        path.SourceHasProjectApi.ShouldBeFalse();
        path.TargetHasProjectApi.ShouldBeTrue();
        path.ProjectTablesStay.ShouldBeFalse();
    }

    [Theory]
    [InlineData("3.2.0", "4.2.2", "upgrade to 3.2.1 first")]
    [InlineData("3.1.9-bp9", "4.2.2", "upgrade to 3.2.1 first")]
    [InlineData("4.0.1", "4.2.2", "not yet supported by this release")]
    [InlineData("4.0.1-bp1", "4.2.2", "not yet supported by this release")]
    [InlineData("4.2.2", "4.2.2-bp1", "not yet supported by this release")]
    [InlineData("3.2.2", "4.2.3", "set toVersion to 4.2.2")]
    [InlineData("3.2.2", "3.4.0", "set toVersion to 4.2.2")]
    [InlineData("4.2.2-bp1", "4.2.2", "step back")]
    [InlineData("3.2.2-bp2", "3.2.2-bp2", "nothing to upgrade")]
    [InlineData("3.2.2-ce", "4.2.2", "Community version")]
    [InlineData("3.2.2", "4.2.2-ce", "Community version")]
    public void Every_other_way_is_refused_with_a_way_out(string from, string to, string sentence) =>
        Check(from, to).ShouldBeOfType<UpgradePath.Refused>().Message.ShouldContain(sentence);

    [Fact]
    public void Community_is_refused_for_now() =>
        UpgradePaths.Check(OmsEdition.Community, OmsVersion.Parse("3.3.1-ce"), OmsVersion.Parse("4.1.0-ce"))
            .ShouldBeOfType<UpgradePath.Refused>().Message.ShouldContain("not yet supported by this release");

    private static UpgradePath Check(string from, string to) => UpgradePaths.Check(OmsEdition.Enterprise, OmsVersion.Parse(from), OmsVersion.Parse(to));
}
