namespace Drydock.Tests.Unit.Oms;

public sealed class UpgradePathsTests
{
    [Theory]
    [InlineData("3.2.1", "4.2.2")]
    [InlineData("3.2.1-bp1", "4.2.2")]
    [InlineData("3.2.2-bp2", "4.2.2-bp1")]
    [InlineData("3.4.0", "4.2.2")]
    [InlineData("4.0.0-bp7", "4.2.2")]
    public void Enterprise_below_4_0_1_needs_the_correction_jar(string from, string to)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        path.NeedsCorrectionJar.ShouldBeTrue();
        path.Target.IsUpgrade.ShouldBeTrue();
        path.NeedsInit.ShouldBeTrue();
        path.NeedsProjectChecks.ShouldBeTrue();
        path.ReadsProjectTables.ShouldBeTrue();
        path.Source.ProjectApi.ShouldBeFalse();
        path.Target.ProjectApi.ShouldBeTrue();
        path.ProjectTablesStay.ShouldBeFalse();
        path.Unlisted.ShouldBeNull();
    }

    [Theory]
    [InlineData("4.0.1", "4.2.2")]
    [InlineData("4.0.1-bp1", "4.2.2-bp3")]
    [InlineData("4.1.1", "4.2.2")]
    [InlineData("4.2.2", "4.2.2-bp1")]
    public void Enterprise_from_4_0_1_needs_neither_jar_nor_tables(
        string from, string to)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        path.NeedsCorrectionJar.ShouldBeFalse();
        path.NeedsProjectChecks.ShouldBeFalse();
        path.ReadsProjectTables.ShouldBeFalse();
        path.Source.DbTypeMayBeMissing.ShouldBeFalse();
        (path.NeedsInit, path.Target.IsUpgrade).ShouldBe((true, true));
    }

    [Fact]
    public void Only_sources_of_3_2_may_lack_dbType()
    {
        Check("3.2.2-bp2", "4.2.2").ShouldBeOfType<UpgradePath.Allowed>().Source.DbTypeMayBeMissing.ShouldBeTrue();
        Check("3.3.1", "4.2.2").ShouldBeOfType<UpgradePath.Allowed>().Source.DbTypeMayBeMissing.ShouldBeFalse();
    }

    [Fact]
    public void Upgrade_to_3_4_0_needs_no_JAR()
    {
        var path = Check("3.3.1", "3.4.0").ShouldBeOfType<UpgradePath.Allowed>();

        (path.NeedsCorrectionJar, path.NeedsProjectChecks, path.ProjectTablesStay, path.Target.Health)
            .ShouldBe((false, false, true, null));
    }

    [Theory]
    [InlineData("3.2.0", "4.2.2", "upgrade to 3.2.1 first, then go 3.2.1 → 4.2.2")]
    [InlineData("3.1.9-bp9", "4.2.2-bp1", "upgrade to 3.2.1 first, then go 3.2.1 → 4.2.2-bp1")]
    [InlineData("3.1.0", "3.2.0", "upgrade to 3.2.1 first")]
    [InlineData("3.2.2", "3.4.0", "starts from 3.3.1 only; set toVersion to 4.0.2")]
    [InlineData("4.0.1", "4.2.3", "upgrade step by step: 4.0.1 → 4.2.2 → 4.2.3")]
    [InlineData("4.3.2", "4.4.0", "ask the vendor")]
    [InlineData("4.2.2-bp1", "4.2.2", "downgrade")]
    [InlineData("3.2.2-bp2", "3.2.2-bp2", "nothing to upgrade")]
    [InlineData("3.2.2-ce", "4.2.2", "Community version")]
    [InlineData("3.2.2", "4.2.2-ce", "Community version")]
    public void Unlisted_upgrade_is_refused_with_an_alternative(string from, string to, string sentence) =>
        (Check(from, to) switch
        {
            UpgradePath.Refused refused => refused.Message,
            UpgradePath.Allowed path => path.Unlisted.ShouldNotBeNull(),
            _ => "",
        }).ShouldContain(sentence);

    [Theory]
    [InlineData("4.3.1", "4.4.0", false)]
    [InlineData("3.3.0", "4.0.0", false)]
    [InlineData("3.3.0", "4.0.1", true)]
    public void Unlisted_upgrade_is_known_and_asked(string from, string to, bool jar)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();
        path.Unlisted.ShouldBeWorded();
        path.NeedsCorrectionJar.ShouldBe(jar);
    }

    [Theory]
    [InlineData("3.2.0", "4.2.2")] // the guides start from 3.2.1
    [InlineData("4.0.1", "4.2.3")] // the guides disagree whether the JAR runs
    [InlineData("4.2.2", "4.2.1")]
    [InlineData("4.2.2", "4.2.2")]
    [InlineData("3.3.1-ce", "4.2.2")]
    public void Other_refusals_are_final(string from, string to) =>
        Check(from, to).ShouldBeOfType<UpgradePath.Refused>();

    [Theory]
    [InlineData("3.2.1", "4.0.2", true, "Derived")]
    [InlineData("4.0.1", "4.0.2", false, "")]
    [InlineData("3.2.2", "4.1.0", true, "")]
    [InlineData("4.0.2", "4.1.0", false, "")]
    [InlineData("3.2.2", "4.2.3", true, "Derived")]
    [InlineData("4.0.2", "4.2.3", false, "")]
    [InlineData("4.2.3", "4.2.4", false, "Derived")]
    [InlineData("3.2.2", "4.2.5", true, "Derived")]
    [InlineData("4.2.2", "4.3.0", false, "OblogproxyTasks Derived")]
    [InlineData("3.2.2", "4.3.1", true, "OblogproxyTasks")]
    [InlineData("4.0.1", "4.3.1", false, "OblogproxyTasks")]
    [InlineData("4.3.1", "4.3.2", false, "OblogproxyTasks Derived")]
    public void What_is_derived_or_has_a_condition_is_asked(string from, string to, bool jar, string questions)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        (path.NeedsCorrectionJar, string.Join(' ', path.Questions.Select(q => q.Key)), path.Unlisted)
            .ShouldBe((jar, questions, null));
    }

    private static UpgradePath Check(string from, string to) =>
        UpgradePaths.Check(OmsEdition.Enterprise, OmsVersion.Parse(from), OmsVersion.Parse(to));
}
