namespace Drydock.Tests.Unit.Oms;

/// <summary>The vendor's table for the Community edition, whole (docs/project/research/oms.md#upgrade-paths).</summary>
public sealed class CommunityPathsTests
{
    private static readonly string[] Releases =
    [
        "3.2.2", "3.3.0", "3.3.1", "4.0.0", "4.1.0", "4.1.1", "4.2.0", "4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5",
        "4.2.6", "4.2.7", "4.2.8", "4.2.9", "4.2.10", "4.2.11", "4.2.12", "4.2.13", "4.2.14",
    ];

    private static readonly HashSet<string> Listed = new(StringComparer.Ordinal)
    {
        "3.2.2>3.3.0",
        "3.3.0>3.3.1",
        "3.2.2>4.0.0", "3.3.0>4.0.0", "3.3.1>4.0.0",
        "3.2.2>4.1.0", "3.3.0>4.1.0", "3.3.1>4.1.0", "4.0.0>4.1.0",
        "4.1.1>4.2.0", "4.2.0>4.2.1", "4.2.1>4.2.2",
        "4.1.0>4.2.3", "4.2.2>4.2.3", "4.2.3>4.2.4",
        "4.2.0>4.2.9", "4.2.1>4.2.9", "4.2.2>4.2.9", "4.2.3>4.2.9", "4.2.4>4.2.9", "4.2.5>4.2.9", "4.2.6>4.2.9",
        "4.2.7>4.2.9", "4.2.8>4.2.9",
        "4.2.0>4.2.11", "4.2.1>4.2.11", "4.2.2>4.2.11", "4.2.3>4.2.11", "4.2.4>4.2.11", "4.2.5>4.2.11",
        "4.2.6>4.2.11", "4.2.7>4.2.11", "4.2.8>4.2.11", "4.2.9>4.2.11", "4.2.10>4.2.11",
    };

    /// <summary>What no guide lists and is asked, by the word.</summary>
    private static readonly Dictionary<string, string> Asked = new(StringComparer.Ordinal)
    {
        ["4.2.4>4.2.5"] = "Derived",
        ["4.2.4>4.2.6"] = "Contradiction",
        ["4.2.5>4.2.6"] = "Contradiction",
        ["4.2.11>4.2.12"] = "Derived",
        ["4.2.11>4.2.13"] = "Derived",
        ["4.2.12>4.2.13"] = "Derived",
    };

    static CommunityPathsTests()
    {
        foreach (var patch in Enumerable.Range(0, 11))
        {
            if (patch < 10)
            {
                Asked[$"4.2.{patch}>4.2.10"] = "Derived";
            }

            Asked[$"4.2.{patch}>4.2.12"] = "Derived";
            Asked[$"4.2.{patch}>4.2.13"] = "Derived";
        }
    }

    [Fact]
    public void Only_listed_pairs_of_releases_are_allowed()
    {
        foreach (var from in Releases)
        {
            foreach (var to in Releases)
            {
                var asked = Asked.GetValueOrDefault($"{from}>{to}");
                (Check(from, to) is UpgradePath.Allowed { Unlisted: null })
                    .ShouldBe(Listed.Contains($"{from}>{to}") || asked is not null, $"{from} to {to}");
                if (Check(from, to) is UpgradePath.Allowed { Unlisted: null } allowed)
                {
                    allowed.Questions.Select(q => q.Key).ShouldBe(asked is null ? [] : [asked], $"{from} to {to}");
                }
            }
        }
    }

    [Theory]
    [InlineData("3.3.0", "3.3.1")]
    [InlineData("3.3.0-CE", "3.3.1")]
    [InlineData("3.3.0", "3.3.1-ce")]
    [InlineData("3.3.0_CE", "3.3.1-bp2-ce")]
    public void Community_suffix_is_optional(string from, string to)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        (path.From.Community, path.To.Community, path.Edition).ShouldBe((true, true, OmsEdition.Community));
    }

    [Fact]
    public void Spellings_of_one_version_leave_nothing_to_upgrade() =>
        Check("3.3.1", "3.3.1-ce").ShouldBeOfType<UpgradePath.Refused>().Message.ShouldBeWorded();

    [Theory]
    [InlineData("3.2.2", "3.3.0", false, true, false, false)]
    [InlineData("3.3.0", "3.3.1", true, true, false, false)]
    [InlineData("3.3.1", "4.0.0", true, true, false, false)]
    [InlineData("3.3.1", "4.1.0", true, true, false, false)]
    [InlineData("4.1.0", "4.2.3", true, true, true, true)]
    [InlineData("4.1.1", "4.2.0", true, true, false, true)]
    [InlineData("4.2.1", "4.2.2", true, true, false, true)]
    public void Upgrade_path_lists_its_requirements(
        string from, string to, bool isUpgrade, bool init, bool uniqueNames, bool api)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        (
            path.Target.IsUpgrade, path.NeedsInit, path.NeedsProjectChecks, path.Target.ProjectApi,
            path.NeedsCorrectionJar)
            .ShouldBe((isUpgrade, init, uniqueNames, api, false));
    }

    [Fact]
    public void Later_build_of_3_2_2_needs_no_init()
    {
        var path = Check("3.2.2-bp1", "3.2.2-bp2").ShouldBeOfType<UpgradePath.Allowed>();

        (path.NeedsInit, path.Target.IsUpgrade).ShouldBe((false, false));
        Check("3.2.2-bp2", "3.2.2-bp1").ShouldBeOfType<UpgradePath.Refused>();
    }

    [Theory]
    [InlineData("3.2.2", "3.3.1", "3.2.2 → 3.3.0 → 3.3.1")]
    [InlineData("4.1.1", "4.2.2", "4.1.1 → 4.2.0 → 4.2.1 → 4.2.2")]
    [InlineData(
        "4.1.0", "4.1.1", "4.1.1 is a fresh deployment only; deploy 4.1.1 as a new installation and create the "
            + "projects there, or set toVersion to 4.2.3")]
    [InlineData("3.3.1", "4.2.2", "upgrade step by step to 4.2.3 instead: 3.3.1 → 4.1.0 → 4.2.3")]
    [InlineData("4.1.0", "4.2.11", "upgrade step by step: 4.1.0 → 4.2.3 → 4.2.11")]
    [InlineData("4.1.0", "4.2.13", "upgrade step by step: 4.1.0 → 4.2.3 → 4.2.13")]
    [InlineData("4.1.0", "4.2.2", "set toVersion to 4.2.3")]
    [InlineData("4.2.2", "4.2.7", "no list of sources for 4.2.7 is known")]
    [InlineData("4.2.6", "4.2.8", "set toVersion to 4.2.9")]
    [InlineData("4.2.13", "4.2.14", "no upgrade from 4.2.13 is listed")]
    [InlineData("3.3.1", "3.3.0", "downgrade")]
    public void Unlisted_upgrade_is_refused_with_an_alternative(string from, string to, string sentence) =>
        (Check(from, to) switch
        {
            UpgradePath.Refused refused => refused.Message,
            UpgradePath.Allowed path => path.Unlisted.ShouldNotBeNull(),
            _ => "",
        }).ShouldContain(sentence);

    [Theory]
    [InlineData("3.2.2", "3.3.1")]
    [InlineData("4.2.13", "4.2.14")]
    [InlineData("4.2.6", "4.2.7")]
    [InlineData("4.1.1", "4.2.2")]
    public void Unlisted_upgrade_is_known_and_asked(string from, string to)
    {
        var path = Check(from, to).ShouldBeOfType<UpgradePath.Allowed>();

        path.Unlisted.ShouldNotBeNull().ShouldContain($"{from}-ce to {to}-ce");
    }

    [Theory]
    [InlineData("3.3.1", "4.1.1")]
    [InlineData("4.1.0", "4.1.1")]
    [InlineData("4.1.0", "4.2.0")]
    [InlineData("4.0.0", "4.2.2")]
    public void Undocumented_correction_across_4_1_1_is_always_refused(string from, string to) =>
        Check(from, to).ShouldBeOfType<UpgradePath.Refused>().Message.ShouldBeWorded();

    private static UpgradePath Check(string from, string to) =>
        UpgradePaths.Check(OmsEdition.Community, OmsVersion.Parse(from), OmsVersion.Parse(to));
}
