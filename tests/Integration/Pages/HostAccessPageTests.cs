namespace Drydock.Tests.Integration.Pages;

/// <summary>The commands of host-access.md make an account on a host that the key of the Secret opens.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostAccessPageTests(LabFixture lab)
{
    private const string Page = "docs/how-to/host-access.md", OnHost = "The account on the host";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/host-access.md")]
    public async Task Account_of_the_page_may_reach_dockerd_and_nothing_else()
    {
        var run = await lab.RunAsync();
        await using var plane = await ControlPlane.StartAsync(
            run, new ControlPlaneOptions { Name = "kube-access", Controllers = false }, Token);
        await using var host = await LabHost.StartAsync(run, "access", ct: Token);
        var page = await PageRun.StartAsync(run, plane, Repository.Root, "access", Token);
        page.Variables["HOST"] = host.Address;
        await plane.KubectlAsync(["create", "namespace", "oms"], cancellationToken: Token);

        var known = await page.RunPageAsync(Page, block => block.Heading != OnHost, Token);
        var key = await File.ReadAllTextAsync(Path.Combine(page.Folder, "id_ed25519.pub"), Token);
        await host.WriteFileAsync("/root/id_ed25519.pub", key, asRoot: true, ct: Token);
        var onHost = page.Blocks(Page).Where(block => block.Heading == OnHost).ToList();
        foreach (var block in onHost)
        {
            (await host.RunAsync($"set -e\n{block.Script}", asRoot: true, Token)).OrThrow();
        }

        onHost.Count.ShouldBe(2);
        page.NotRun(Page).ShouldBe(onHost.Select(block => block.Place));
        var ssh = known.Single(block => block.Block.Heading == "The Secret for ssh").Output;
        ssh.ShouldContain("256 SHA256:");
        ssh.ShouldContain("secret/oms-ssh created");
        await page.RunAsync(
            "ssh -i id_ed25519 -o UserKnownHostsFile=known_hosts -o BatchMode=yes drydock@$HOST true", "test", Token);
        var rights = (await host.RunAsync("sudo -l -U drydock", asRoot: true, Token)).OrThrow();
        rights.ShouldContain("/usr/bin/docker system dial-stdio");
        rights.Split('\n').Count(line => line.Contains("NOPASSWD", StringComparison.Ordinal)).ShouldBe(1);
    }
}
