using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The shipped version data.</summary>
public sealed class OmsVersionDataTests
{
    private static readonly OmsEdition[] Editions = [OmsEdition.Community, OmsEdition.Enterprise];

    [Fact]
    public void Every_entry_names_its_source()
    {
        var sources = Editions.Select(edition => OmsVersionData.Of(edition).Facts)
            .SelectMany(facts => new[] { facts.MergedArchitecture.Source, facts.Floor?.Source }
                .Concat(facts.Releases.Values.Select(e => e.Source))
                .Concat(facts.Procedures.Values.Select(e => (string?)e["source"]))
                .Concat(facts.KnownFailures.Values.Select(e => e.Source))
                .Concat(facts.Advice.Values.Select(e => e.Source))).OfType<string>().ToList();

        sources.Count.ShouldBeGreaterThanOrEqualTo(40);
        sources.ShouldAllBe(source => source.StartsWith("https://", StringComparison.Ordinal)
            || source.StartsWith("unpublished, ", StringComparison.Ordinal)
            || source.StartsWith("derived from ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(OmsEdition.Community)]
    [InlineData(OmsEdition.Enterprise)]
    public void Facts_of_an_edition_are_complete_and_within_their_bounds(OmsEdition edition)
    {
        var facts = OmsVersionData.Of(edition).Facts;

        facts.Releases.Keys.Concat(facts.Procedures.Keys).ShouldAllBe(key => IsRelease(key));
        foreach (var (release, range) in facts.Releases.SelectMany(
            release => (release.Value.From ?? []).Select(range => (release.Key, range))))
        {
            var ends = range.Split("..");
            ends.Length.ShouldBeLessThanOrEqualTo(2, range);
            ends.ShouldAllBe(end => IsRelease(end));
            OmsVersion.Parse(ends[0]).CompareRelease(OmsVersion.Parse(ends[^1])).ShouldBeLessThanOrEqualTo(0, range);
            OmsVersion.Parse(ends[^1]).CompareRelease(OmsVersion.Parse(release)).ShouldBeLessThanOrEqualTo(0, range);
        }

        facts.Procedures.Keys.Select(
            since => OmsVersionData.Of(edition).Procedure(OmsVersion.Parse(since)).WaitBeforeInit)
            .ShouldAllBe(wait => KubernetesDuration.Parse(wait) <= TimeSpan.FromHours(1));
        facts.KnownFailures.Keys.Concat(facts.Advice.Keys).ShouldAllBe(key => Regex.IsMatch(key, "^[a-z0-9-]{1,63}$"));
    }

    [Fact]
    public void Merged_architecture_begins_in_another_release_per_edition()
    {
        OmsVersionData.Of(OmsEdition.Community).MergedSince.Display.ShouldBe("4.1.1");
        OmsVersionData.Of(OmsEdition.Enterprise).MergedSince.Display.ShouldBe("4.0.1");
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
        var known = OmsVersionData.Of(OmsEdition.Community).Procedure(OmsVersion.Parse(version));

        ($"{known.Init} {known.ProgramsBeforeInit} {known.WaitBeforeInit} {known.IsUpgrade} {known.HaConfig} "
            + $"{known.MigrationWriter} {known.SynchronizationWriter} {known.SuspendedLinks}")
            .ShouldBe(facts);
    }

    [Fact]
    public void Enterprise_has_ha_config_in_every_release() =>
        OmsVersionData.Of(OmsEdition.Enterprise).Procedure(OmsVersion.Parse("3.2.2")).HaConfig.ShouldBeTrue();

    [Fact]
    public void Advice_depends_on_source_and_target()
    {
        Advice("3.2.2", "3.3.0").ShouldBeEmpty();
        Advice("3.3.0", "3.3.1").ShouldBe(["is-upgrade-stays"]);
        Advice("3.3.1", "4.0.0").ShouldBe(["clear-browser-cache", "is-upgrade-stays"]);
        Advice("4.2.7", "4.2.9").ShouldBe(["clear-browser-cache", "is-upgrade-stays"]);
        Advice("4.2.6", "4.2.9").ShouldBe(["clear-browser-cache", "concurrency-speed", "is-upgrade-stays"]);
        Advice("3.2.2", "4.2.2", OmsEdition.Enterprise)
            .ShouldBe(["clear-browser-cache", "shareplex-format", "is-upgrade-stays"]);
        Advice("4.0.2", "4.2.2", OmsEdition.Enterprise).ShouldBe(["clear-browser-cache", "is-upgrade-stays"]);
    }

    [Theory]
    [InlineData(OmsEdition.Community, "4.2.8", false, true)]
    [InlineData(OmsEdition.Community, "4.2.9", true, true)]
    [InlineData(OmsEdition.Community, "4.2.4", false, false)]
    [InlineData(OmsEdition.Enterprise, "4.2.4", false, false)]
    [InlineData(OmsEdition.Enterprise, "4.3.1", false, true)]
    public void What_preflight_asks_about_the_host_and_the_tables_depends_on_the_release(
        OmsEdition edition, string version, bool table, bool cgroups)
    {
        var known = OmsVersionData.Of(edition).Procedure(OmsVersion.Parse(version));

        (known.VersionTable, known.CgroupV2).ShouldBe((table, cgroups));
    }

    private static bool IsRelease(string text) => Regex.IsMatch(text, @"^[0-9]+\.[0-9]+\.[0-9]+$");

    private static IEnumerable<string> Advice(string from, string to, OmsEdition edition = OmsEdition.Community) =>
        OmsVersionData.Of(edition).Advice(OmsVersion.Parse(from), OmsVersion.Parse(to)).Select(a => a.Key);
}
