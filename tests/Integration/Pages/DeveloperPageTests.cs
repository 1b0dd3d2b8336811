namespace Drydock.Tests.Integration.Pages;

/// <summary>The commands of the pages for those who build and change the project.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DeveloperPageTests(LabFixture lab)
{
    private static readonly string Artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
    private static readonly string Configuration = Path.GetFileName(
        Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("README.md")]
    [RunsPage("CONTRIBUTING.md")]
    [RunsPage("docs/project/development.md")]
    [RunsPage("tests/Lab/README.md")]
    public async Task Commands_of_developers_run()
    {
        var run = await lab.RunAsync();
        var page = await PageRun.StartAsync(run, await lab.ControlPlaneAsync(), Repository.Root, "developer", Token);
        page.Variables["ARTIFACTS"] = Artifacts;
        page.Variables["LAB"] = Path.Combine(Artifacts, "Lab", Configuration, "Drydock.Lab.dll");
        page.Variables["OPERATOR"] = Path.Combine(Artifacts, "Operator", Configuration, "Drydock.Operator.dll");
        page.Variables["PLUGIN"] = Path.Combine(Artifacts, "Cli", Configuration, "kubectl-drydock.dll");
        page.Variables["XDG_CACHE_HOME"] = Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path
            in new[] { "README.md", "docs/project/development.md", "tests/Lab/README.md", "CONTRIBUTING.md" })
        {
            outputs[path] = string.Concat(
                (await page.RunPageAsync(path, cancellationToken: Token)).Select(o => o.Output));
            page.NotRun(path).ShouldBeEmpty();
        }

        outputs["README.md"].ShouldContain("from apply to Succeeded");
        outputs["docs/project/development.md"].ShouldContain("Failed: 0");
        outputs["docs/project/development.md"].ShouldNotContain("Total: 0,", Case.Sensitive, "each filter finds tests");
        outputs["docs/project/development.md"].ShouldContain("KUBECONFIG=");
        outputs["tests/Lab/README.md"].ShouldContain("kube-system");
        outputs["tests/Lab/README.md"].ShouldContain("ssh ");
        page.ChangedFiles().ShouldBeEmpty();
    }
}
