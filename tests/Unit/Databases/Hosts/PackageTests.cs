namespace Drydock.Tests.Unit.Databases;

/// <summary>What of a package concerns a host, and what there is of it.</summary>
public sealed class PackageTests
{
    private static readonly PackageArchive Storage = new()
    {
        Name = "tidb",
        Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/s" } },
        Path = "a.tar.gz",
        Sha256 = HostCases.New
    };
    private static readonly PackageArchive OnHost = new()
    {
        Name = "tools",
        HostPath = "/b.tar.gz",
        Sha256 = HostCases.Old,
        Components = [DatabaseComponent.PD],
        StripComponents = 2
    };

    [Fact]
    public void Archives_of_components_absent_from_host_are_skipped()
    {
        Contents([Storage, OnHost], DatabaseComponent.TiKV).Archives.ShouldBe([Storage]);
        Contents([Storage, OnHost], DatabaseComponent.TiKV, DatabaseComponent.PD).Archives.ShouldBe([Storage, OnHost]);
    }

    [Fact]
    public void Extensions_are_only_for_hosts_with_tablet_server()
    {
        var package = new PackageSpec
        {
            Directory = "/opt/new",
            Extensions = [new PackageExtension
            {
                Name = "hll",
                Files = [new ExtensionFile { From = "/old/hll.so", To = "lib/hll.so" }]
            }]
        };

        new PackageContents("h", new PackageRequest
        {
            Package = package,
            Components = [DatabaseComponent.Tserver],
            Programs = []
        }).Extensions.Count.ShouldBe(1);
        new PackageContents(
            "h",
            new PackageRequest { Package = package, Components = [DatabaseComponent.Master], Programs = [] }).Extensions
            .ShouldBeEmpty();
    }

    [Fact]
    public void Marker_matches_same_or_more_archives_only()
    {
        var (one, both) =
            (Contents([Storage, OnHost], DatabaseComponent.TiKV), Contents([Storage, OnHost], DatabaseComponent.PD));

        both.Marker.ShouldBe(
            $"drydock-package 1\narchive tidb {HostCases.New} 1\narchive tools {HostCases.Old} 2\nend");
        one.IsMarked(both.Marker).ShouldBeTrue();
        both.IsMarked(one.Marker).ShouldBeFalse();
        one.IsMarked(one.Marker.Replace(HostCases.New, HostCases.Old, StringComparison.Ordinal)).ShouldBeFalse();
        one.IsMarked(one.Marker[..^4]).ShouldBeFalse();
        one.IsMarked("").ShouldBeFalse();
    }

    [Fact]
    public void Package_path_outside_package_directory_is_refused() =>
        Should.Throw<HostException>(() => new PackageContents(
            "h",
            new PackageRequest
            {
                Package = new PackageSpec
                {
                    Directory = "/opt/new",
                    Files = [new PackageFile { Path = "bin/../../x", Sha256 = HostCases.New }]
                },
                Components = [],
                Programs = []
            }))
            .Reason.ShouldBe(Reasons.InvalidSpec);

    [Fact]
    public void Package_with_marker_and_new_program_is_complete()
    {
        var state = State(
            Whole, Unpacked("marker " + HostCases.Base64(Contents(Whole).Marker), "program new", "sent no"));

        (state.IsComplete, state.IsWrong, state.Problem).ShouldBe((true, false, ""));
        state.Programs["tikv-server"].ShouldBe(HostCases.New);
    }

    [Fact]
    public void Package_missing_unpack_or_cleanup_is_incomplete_but_not_wrong()
    {
        State(Whole, "directory no", "program -", "sent no").ShouldSatisfyAllConditions(
            s => (s.IsComplete, s.IsWrong).ShouldBe((false, false)), s => s.Problem.ShouldBeWorded());
        State(Whole, Unpacked("marker " + HostCases.Base64(Contents(Whole).Marker), "program new", "sent yes"))
            .Problem.ShouldBeWorded();
        State(
                Whole with { PostInstall = "bin/post_install.sh" },
                Unpacked("marker " + HostCases.Base64(Contents(Whole).Marker), "program new", "sent no"))
            .Problem.ShouldBeWorded();
    }

    [Fact]
    public void Package_with_wrong_or_absent_content_is_wrong()
    {
        var marked = "marker " + HostCases.Base64(Contents(Whole).Marker);
        Wrong(Whole, "was not unpacked from spec.package.archives", Unpacked("program new", "sent no"));
        Wrong(Whole, "was unpacked from other archives", Unpacked(
            "marker " + HostCases.Base64("drydock-package 1\nend\n"), "program new", "sent no"));
        Wrong(Whole, "/opt/new/bin/tikv-server does not exist", Unpacked(marked, "program -", "sent no"));
        Wrong(Whole, "tikv-server is not executable", Unpacked(marked, "program !", "sent no"));
        Wrong(Ready, "/opt/new does not exist", "directory no", "program -");
        Wrong(
            Ready with { Files = [new PackageFile { Path = "bin/x", Sha256 = HostCases.New }] },
            $"/opt/new/bin/x has SHA-256 {HostCases.Old}", "directory yes", "program new", "file old");
        Wrong(
            Ready with { Files = [new PackageFile { Path = "bin/x", Sha256 = HostCases.New }] },
            "/opt/new/bin/x does not exist", "directory yes", "program new", "file -");
        Wrong(
            Ready with { Archives = [OnHost with { Components = [] }] }, "/b.tar.gz does not exist", "directory no",
            "program -", "archive -");
        Wrong(
            Ready with { Archives = [OnHost with { Components = [] }] }, $"/b.tar.gz has SHA-256 {HostCases.New}",
            "directory no", "program -", "archive new");
    }

    [Fact]
    public void Listed_file_missing_from_host_archives_is_accepted()
    {
        var package = Whole with
        {
            Archives = [Storage, OnHost],
            Files = [new PackageFile { Path = "bin/pd-server", Sha256 = HostCases.New }]
        };

        State(package, Unpacked(
            "marker " + HostCases.Base64(Contents(package).Marker), "program new", "file -", "sent no"))
            .IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void Extension_file_is_complete_missing_or_wrong_by_checksum()
    {
        var package = Ready with
        {
            Extensions = [new PackageExtension
            {
                Name = "hll",
                Files = [new ExtensionFile { From = "/old/hll.so", To = "lib/hll.so" }]
            }]
        };

        PackageState State(string from, string to) => PackageTests.State(
            package, DatabaseComponent.Tserver, "directory yes", "program new", $"from {from}", $"to {to}");

        State("old", "old").IsComplete.ShouldBeTrue();
        State("-", "old").IsComplete.ShouldBeTrue();
        State("old", "-").ShouldSatisfyAllConditions(
            s => (s.IsComplete, s.IsWrong).ShouldBe((false, false)), s => s.Problem.ShouldBeWorded());
        State("old", "new").IsWrong.ShouldBeTrue();
        State("-", "-").IsWrong.ShouldBeTrue();
    }

    [Fact]
    public void Package_answer_without_all_requested_files_is_refused() =>
        Should.Throw<HostException>(() => State(Ready, "directory yes"));

    private static PackageSpec Ready => new() { Directory = "/opt/new" };

    private static PackageSpec Whole => Ready with { Archives = [Storage] };

    private static string[] Unpacked(params string[] lines) => ["directory yes", .. lines];

    private static PackageContents Contents(
        PackageSpec package, DatabaseComponent component = DatabaseComponent.TiKV) =>
        new("h", new PackageRequest { Package = package, Components = [component], Programs = ["tikv-server"] });

    private static PackageContents Contents(
        IReadOnlyList<PackageArchive> archives, params DatabaseComponent[] components) =>
        new("h", new PackageRequest
        {
            Package = new PackageSpec { Directory = "/opt/new/", Archives = [.. archives] },
            Components = components,
            Programs = []
        });

    private static void Wrong(PackageSpec package, string says, params string[] lines)
    {
        var state = State(package, lines);
        (state.IsComplete, state.IsWrong).ShouldBe((false, true));
        state.Problem.ShouldContain(says);
    }

    private static PackageState State(PackageSpec package, params string[] lines) =>
        State(package, DatabaseComponent.TiKV, lines);

    private static PackageState State(PackageSpec package, DatabaseComponent component, params string[] lines)
    {
        var sums = new ProgramSums().Ask();
        return new PackageReport(
            Contents(package, component),
            HostCases.Answer([$"sum old {HostCases.Old}", $"sum new {HostCases.New}", .. lines]), sums).State();
    }
}
