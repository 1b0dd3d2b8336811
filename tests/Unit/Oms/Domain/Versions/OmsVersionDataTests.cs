using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The shipped version data, and what a file adds to it.</summary>
public sealed class OmsVersionDataTests
{
    private static readonly OmsVersionData Shipped = OmsVersionData.Shipped;

    [Fact]
    public void Shipped_file_keeps_its_schema_and_names_every_source()
    {
        Shipped.Entries.Count.ShouldBeGreaterThanOrEqualTo(40);
        Shipped.Entries.ShouldAllBe(entry =>
            entry["source"]!.StartsWith("https://", StringComparison.Ordinal)
            || entry["source"]!.StartsWith("unpublished, ", StringComparison.Ordinal)
            || entry["source"]!.StartsWith("derived from ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(OmsEdition.Community)]
    [InlineData(OmsEdition.Enterprise)]
    public void First_entry_of_an_edition_has_every_field(OmsEdition edition)
    {
        var first = Shipped.Entries.Where(e => e.Edition == edition && e.Section == VersionSchema.Procedures)
            .MinBy(e => OmsVersion.Parse(e.Key!))!;

        first.Fields.Keys.ShouldBe(VersionSchema.Sections[VersionSchema.Procedures].Fields.Select(f => f.Name), ignoreOrder: true);
    }

    [Fact]
    public void Merged_architecture_begins_in_another_release_per_edition()
    {
        Shipped.Of(OmsEdition.Community).MergedSince.Display.ShouldBe("4.1.1");
        Shipped.Of(OmsEdition.Enterprise).MergedSince.Display.ShouldBe("4.0.1");
    }

    [Theory]
    [InlineData("3.2.2", "None AllButConsole 0s False False JDBCWriter Connector WritersStart")]
    [InlineData("3.3.0", "Script AllButConsole 0s False False JDBCWriter Connector WritersStart")]
    [InlineData("3.3.1", "Script AllButConsole 0s True True JDBCWriter Connector WritersStart")]
    [InlineData("4.0.0", "Script AllButConsole 0s True True JDBCWriter Connector Stay")]
    [InlineData("4.2.1", "Script AllButConsole 0s True True Incr-Sync Incr-Sync Stay")]
    [InlineData("4.2.2", "Script All 0s True True Incr-Sync Incr-Sync Stay")]
    [InlineData("4.2.8-bp3", "Script All 0s True True Incr-Sync Incr-Sync Stay")]
    [InlineData("4.2.9", "Script All 300s True True Incr-Sync Incr-Sync Stay")]
    [InlineData("4.2.12", "Script All 300s True True Incr-Sync Incr-Sync Stay")]
    [InlineData("3.1.0", "None AllButConsole 0s False False JDBCWriter Connector WritersStart")]
    public void Community_procedure_has_the_latest_known_facts(string version, string facts)
    {
        var known = Shipped.Of(OmsEdition.Community).Procedure(OmsVersion.Parse(version));

        $"{known.Init} {known.ProgramsBeforeInit} {known.WaitBeforeInit} {known.IsUpgrade} {known.HaConfig} {known.Links.MigrationWriter} {known.Links.SynchronizationWriter} {known.Links.Suspended}"
            .ShouldBe(facts);
    }

    [Fact]
    public void Enterprise_has_ha_config_in_every_release() =>
        Shipped.Of(OmsEdition.Enterprise).Procedure(OmsVersion.Parse("3.2.2")).HaConfig.ShouldBeTrue();

    [Fact]
    public void Advice_depends_on_source_and_target()
    {
        Advice("3.3.0", "3.3.1").ShouldBeEmpty();
        Advice("3.3.1", "4.0.0").ShouldBe(["clear-browser-cache"]);
        Advice("4.2.7", "4.2.9").ShouldBe(["clear-browser-cache"]);
        Advice("4.2.6", "4.2.9").ShouldBe(["clear-browser-cache", "concurrency-speed"]);
    }

    [Fact]
    public void Added_release_is_told_and_can_be_upgraded_to()
    {
        var data = Extended("    releases:\n      4.2.12: {from: [4.2.11], source: https://example.com/guide}\n", out var changes);

        changes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            c => c.ShouldContain("adds editions.Community.releases.4.2.12"),
            c => c.ShouldContain("from '4.2.11'"),
            c => c.ShouldContain("https://example.com/guide"));
        Path(data, "4.2.11", "4.2.12").ShouldBeOfType<UpgradePath.Allowed>().VersionData.ShouldBe("the file");
        Path(data, "4.2.10", "4.2.12").ShouldBeOfType<UpgradePath.Refused>().Message.ShouldContain("4.2.10 → 4.2.11 → 4.2.12");
        Path(Shipped, "4.2.11", "4.2.12").ShouldBeOfType<UpgradePath.Refused>();
    }

    [Fact]
    public void Overridden_field_is_told_and_the_others_stay()
    {
        var data = Extended("    procedures:\n      4.2.9: {waitBeforeInit: 60s, source: measured here}\n", out var changes);

        changes.ShouldHaveSingleItem().ShouldBe("It overrides editions.Community.procedures.4.2.9: waitBeforeInit '300s' → '60s' (source: measured here).");
        var known = data.Of(OmsEdition.Community).Procedure(OmsVersion.Parse("4.2.11"));
        (known.WaitBeforeInit, known.ProgramsBeforeInit, known.Init).ShouldBe(("60s", ProgramsBeforeInit.All, InitKind.Script));
        Shipped.Of(OmsEdition.Community).Procedure(OmsVersion.Parse("4.2.11")).WaitBeforeInit.ShouldBe("300s");
    }

    [Fact]
    public void Entry_that_says_the_same_changes_nothing()
    {
        Extended("    procedures:\n      4.2.9: {waitBeforeInit: 300s, source: elsewhere}\n", out var changes);

        changes.ShouldBeEmpty();
    }

    private static OmsVersionData Extended(string text, out IReadOnlyList<string> changes)
    {
        var file = VersionFile.Read("format: 1\neditions:\n  Community:\n" + text);
        file.Problems.ShouldBeEmpty();
        return Shipped.Extend(file, "the file", out changes);
    }

    private static IEnumerable<string> Advice(string from, string to) =>
        Shipped.Of(OmsEdition.Community).Advice(OmsVersion.Parse(from), OmsVersion.Parse(to)).Select(a => a.Key);

    private static UpgradePath Path(OmsVersionData data, string from, string to) =>
        new UpgradePaths(data).Check(OmsEdition.Community, OmsVersion.Parse(from), OmsVersion.Parse(to));
}
