using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>What the shipped table of releases says.</summary>
public sealed class VersionDataTests
{
    public static TheoryData<string, string, DatabaseEngine, string> Paths => new()
    {
        { "2.20.0", "2.18.0", DatabaseEngine.BMDB, "Refuse is not later than" },
        { "2.18.0", "2.19.0", DatabaseEngine.YugabyteDB, "Refuse preview" },
        { "2.17.0", "2.18.0", DatabaseEngine.YugabyteDB, "Refuse preview" },
        { "2.17.0", "2.18.7", DatabaseEngine.BMDB, "" },
        {
            "2024.2.8.0", "2025.2.1.0", DatabaseEngine.YugabyteDB,
            "Ask was released on 2026-02-12, before 2024.2.8.0 (2026-02-23)"
        },
        { "2024.2.8.0-b85", "2025.2.1.0-b141", DatabaseEngine.YugabyteDB, "Ask was released on 2026-02-12" },
        { "2.20.3.0-b8", "2024.1.3", DatabaseEngine.YugabyteDB, "Ask TA-22057" },
        { "2.20.1", "2.20.3.0", DatabaseEngine.YugabyteDB, "Refuse TA-22057" },
        { "2.20.3.1", "2.20.4", DatabaseEngine.YugabyteDB, "" },
        { "2.18.1", "2.20.2.0", DatabaseEngine.YugabyteDB, "Ask TA-21491" },
        { "2.17.1", "2.18.4", DatabaseEngine.BMDB, "Note TA-21491" },
        { "2.14.9", "2.18.4", DatabaseEngine.YugabyteDB, "" },
        { "2.18.4", "2.20.2.1", DatabaseEngine.YugabyteDB, "" },
        { "2.18.4", "2.20.7", DatabaseEngine.YugabyteDB, "" },
        { "2.20.6.0", "2024.1.2.0", DatabaseEngine.YugabyteDB, "Refuse TA-CL-23623" },
        { "2.20.7.0", "2024.1.3.0", DatabaseEngine.YugabyteDB, "" },
        { "2024.2.3", "2025.1.0", DatabaseEngine.YugabyteDB, "Refuse from 11 to 15" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void Path_is_judged_by_the_table(string from, string to, DatabaseEngine engine, string expected)
    {
        var path = Path(from, to, engine);
        var said = path.Rows.Select(row => $"{row.Verdict} {row.Say(path.From, path.To)}").ToList();
        if (expected.Length == 0)
        {
            said.ShouldAllBe(text => text.StartsWith("Note", StringComparison.Ordinal));
            return;
        }

        var words = expected.Split(' ', 2);
        said.ShouldContain(
            text => text.StartsWith(words[0], StringComparison.Ordinal)
                && text.Contains(words[1], StringComparison.Ordinal),
            string.Join("\n", said));
    }

    [Fact]
    public void Other_series_notes_the_latest_minor_release()
    {
        var path = Path("2.18.4", "2.20.7", DatabaseEngine.YugabyteDB);
        path.Rows.ShouldContain(
            row => row.Say(path.From, path.To).Contains("latest minor release of 2.20", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_row_is_readable_and_has_a_source()
    {
        YugabyteVersion[] versions = [
            .. new[] { "2.14.1", "2.18.4.0", "2.20.3.0", "2.21.0", "2024.1.2", "2024.2.8.0", "2025.1.1", "2025.2.1.0" }
                .Select(YugabyteVersion.Parse)];
        foreach (var row in YugabyteVersionData.Rows)
        {
            row.Source.ShouldStartWith("https://");
            (row.Key is null).ShouldBe(row.Verdict != YugabyteVerdict.Ask, row.Text);
            foreach (var (from, to) in versions.SelectMany(f => versions.Select(t => (f, t))))
            {
                row.Applies(row.Engine ?? DatabaseEngine.YugabyteDB, from, to);
                row.Say(from, to).ShouldNotContain("{");
            }
        }
    }

    private static YugabyteUpgradePath Path(string from, string to, DatabaseEngine engine) => YugabyteUpgradePath.Of(
        new DatabaseRollingUpgradeSpec
        {
            FromVersion = from,
            ToVersion = to,
            Engine = engine
        }, out _).ShouldNotBeNull();
}
