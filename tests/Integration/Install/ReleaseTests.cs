namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The release script on real scripts but for what takes minutes: the image holds the operator as the tests run it and
/// no packages, and the plugins are no programs. <see cref="WholeReleaseTests"/> makes and installs all of it.
/// </summary>
public sealed class ReleaseTests(LabFixture lab)
{
    private const string Registry = "registry.example:5000/team/drydock", Repo = "example-owner/drydock";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_names_its_registry_and_repository_everywhere_and_no_link_is_dead()
    {
        var work = (await lab.RunAsync()).FolderFor(LabFixture.UniqueName("release"));
        var folder = Path.Combine(work, "dist");

        var made = await MakeAsync(work, Registry, Repo, folder);

        made.ExitCode.ShouldBe(0, made.Error);
        await new ReleaseFolder(folder, Registry, Repo).VerifyAsync(Token);
    }

    [Theory]
    [InlineData("", Repo, "REGISTRY is ''")]
    [InlineData("ghcr.io/owner/drydock:0.1.0", Repo, "without a tag: REGISTRY=ghcr.io/owner/drydock")]
    [InlineData(Registry, "https://github.com/owner/drydock", "REPO=owner/drydock")]
    public async Task Release_refuses_a_wrong_name_before_it_makes_anything(string registry, string repo, string said)
    {
        var folder = Path.Combine((await lab.RunAsync()).FolderFor(LabFixture.UniqueName("release")), "dist");

        var refused = await Shell.TryRunAsync(
            "bash", [Repository.PathOf("config", "release.sh"), registry, repo, folder], cancellationToken: Token);

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain(said);
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Release_replaces_no_folder_that_is_no_release()
    {
        var folder = (await lab.RunAsync()).FolderFor(LabFixture.UniqueName("release"));
        await File.WriteAllTextAsync(Path.Combine(folder, "mine"), "", Token);

        var refused = await Shell.TryRunAsync(
            "bash", [Repository.PathOf("config", "release.sh"), Registry, Repo, folder], cancellationToken: Token);

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain($"DIST is '{folder}', which exists and holds no release. Nothing was changed.");
        File.Exists(Path.Combine(folder, "mine")).ShouldBeTrue();
    }

    private static async Task<ShellResult> MakeAsync(string work, string registry, string repo, string folder)
    {
        var root = Path.Combine(work, "root");
        Directory.CreateDirectory(Path.Combine(root, "usr", "share", "drydock"));
        await File.WriteAllLinesAsync(
            Path.Combine(root, "usr", "share", "drydock", "packages.txt"),
            Enumerable.Range(0, 21).Select(i => $"package-{i} 1.0 amd64 {new string('0', 64)}"), Token);
        await Shell.RunAsync("tar", ["-C", root, "-cf", root + ".tar", "."], cancellationToken: Token);
        var image = Path.Combine(work, "image.tar");
        await Shell.RunAsync(
            "bash",
            [
                Repository.PathOf("image", "build.sh"), "--arch", OperatorImage.OwnArchitecture, "--name",
                $"{registry}/drydock-operator:{ReleaseFolder.Version}",
                "--output", image, "--root", root + ".tar", "--published", OperatorOf(work),
            ],
            cancellationToken: Token);
        foreach (var system in new[] { "linux-x64", "linux-arm64", "osx-x64", "osx-arm64", "win-x64", "win-arm64" })
        {
            var published = Directory.CreateDirectory(Path.Combine(work, "published", system)).FullName;
            await File.WriteAllTextAsync(
                Path.Combine(
                    published,
                    system.StartsWith("win", StringComparison.Ordinal) ? "kubectl-drydock.exe" : "kubectl-drydock"),
                system, Token);
        }

        var cli = Path.Combine(work, "cli");
        await Shell.RunAsync(
            "bash",
            [Repository.PathOf("src", "Cli", "packaging", "build.sh")],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["CLI_OUT"] = cli,
                ["CLI_PUBLISHED"] = Path.Combine(work, "published"),
                ["BASE_URL"] = $"https://github.com/{repo}/releases/download",
            },
            cancellationToken: Token);
        return await Shell.TryRunAsync(
            "bash", [Repository.PathOf("config", "release.sh"), registry, repo, folder, "--image", image, "--cli", cli],
            cancellationToken: Token);
    }

    // The operator's own files beside the tests; not the tests, and no program of another machine.
    private static string OperatorOf(string work)
    {
        var folder = Directory.CreateDirectory(Path.Combine(work, "operator")).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Drydock.Operator*"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }
}
