namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DockerFaultProxyTests(LabFixture lab)
{
    private const string Image = "drydock-lab/busybox:1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Docker_proxy_passes_containers_execs_logs_and_archives()
    {
        var (host, proxy) = await StartAsync();
        await using var closing = proxy;
        var name = LabFixture.UniqueName("p");
        await RunAsync(proxy, host, null, "run", "-d", "--name", name, "--net", "none", Image, "sleep", "1000");

        // An exec with standard input is a hijacked connection with two directions.
        (await RunAsync(proxy, host, "one\ntwo\n", "exec", "-i", name, "sh", "-c", "sort -r; echo err >&2; exit 3"))
            .ShouldBe((3, "two\none\n", "err\n"));
        await RunAsync(proxy, host, null, "exec", name, "sh", "-c", "head -c 3000000 /dev/zero >/big");
        await using var scratch = new ScratchFolder();
        (await RunAsync(proxy, host, null, "cp", name + ":/big", scratch.File("big"))).Exit.ShouldBe(0);
        new FileInfo(scratch.File("big")).Length.ShouldBe(3_000_000);
        (await RunAsync(proxy, host, null, "rm", "-f", name)).Exit.ShouldBe(0);

        proxy.Ledger.Acts.Select(act => act.Verb + " " + Last(act.Target)).ShouldBe(
            [
                "POST create", "POST start", "POST exec", "POST start sh", "POST exec", "POST start sh",
                "DELETE " + name
            ]);

        static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];
    }

    [Fact]
    public async Task Docker_proxy_passes_large_image_load()
    {
        var (host, proxy) = await StartAsync();
        await using var closing = proxy;
        var archive = (await Recipes.RunAsync("busybox-image.sh", Token))["archive"];

        var loaded = await RunAsync(proxy, host, null, "load", "--input", archive);

        loaded.Exit.ShouldBe(0, loaded.Error);
        loaded.Output.ShouldContain(Image);
        proxy.Ledger.Acts.ShouldHaveSingleItem().Digest.ShouldBe("stream");
    }

    [Fact]
    public async Task Docker_proxy_passes_events_live()
    {
        var (host, proxy) = await StartAsync();
        await using var closing = proxy;
        var name = LabFixture.UniqueName("e");
        using var client = host.CreateHttpClient(proxy.Endpoint);
        using var response = await client.GetAsync(
            new Uri($$"""/events?filters={"container":["{{name}}"]}""", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));

        await host.DockerAsync(["create", "--name", name, Image], cancellationToken: Token);

        (await reader.ReadLineAsync(Token)).ShouldNotBeNull().ShouldContain("\"Action\":\"create\"");
        await host.DockerAsync(["rm", name], cancellationToken: Token);
    }

    [Fact]
    public async Task Container_create_cut_before_is_absent_and_cut_after_exists()
    {
        var (host, proxy) = await StartAsync();
        await using var closing = proxy;
        var name = LabFixture.UniqueName("x");
        proxy.Ledger.At(1, FaultSide.Before, FaultAction.Cut).At(2, FaultSide.After, FaultAction.Cut);

        (await RunAsync(proxy, host, null, "create", "--name", name, Image)).Exit.ShouldNotBe(0);
        (await host.TryDockerAsync(["inspect", name], cancellationToken: Token)).ExitCode.ShouldNotBe(0);
        (await RunAsync(proxy, host, null, "create", "--name", name, Image)).Exit.ShouldNotBe(0);
        (await host.TryDockerAsync(["inspect", name], cancellationToken: Token)).ExitCode.ShouldBe(0);

        (await RunAsync(proxy, host, null, "rm", name)).Exit.ShouldBe(0);
        proxy.Ledger.Acts.Select(act => act.Number).ShouldBe([1, 2, 3]);
        proxy.Ledger.Fired.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Docker_read_can_fail_without_reaching_the_host()
    {
        var (host, proxy) = await StartAsync();
        await using var closing = proxy;
        proxy.OnRead = (_, path) => path.EndsWith("/info", StringComparison.Ordinal)
            ? FaultAction.Answer(500, """{"message":"fault injected by the lab"}""")
            : FaultAction.Pass;
        using var client = host.CreateHttpClient(proxy.Endpoint);

        using var failed = await client.GetAsync(new Uri("/info", UriKind.Relative), Token);
        ((int)failed.StatusCode).ShouldBe(500);
        (await client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token)).ShouldBe("OK");
        proxy.OnRead = null;
        using var again = await client.GetAsync(new Uri("/info", UriKind.Relative), Token);
        ((int)again.StatusCode).ShouldBe(200);
        proxy.Ledger.Acts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Docker_host_can_crash_between_act_and_answer()
    {
        var run = await lab.RunAsync();
        await using var host = await DockerHost.StartAsync(run, LabFixture.UniqueName("h"), cancellationToken: Token);
        await host.LoadBusyboxAsync(Token);
        await using var proxy = new DockerFaultProxy(run, host);
        proxy.Ledger.When(
            point => point.Act.Target.EndsWith("/start", StringComparison.Ordinal) && point.Side == FaultSide.After,
            FaultAction.Call(_ => host.CrashAsync(Token), then: FaultAction.Cut));

        (await RunAsync(
            proxy, host, null, "run", "-d", "--name", "victim", "--net", "none", Image, "sleep", "1000")).Exit
            .ShouldNotBe(0);
        await host.StartAsync(Token);

        (await host.DockerAsync(["inspect", "-f", "{{.State.Status}}", "victim"], cancellationToken: Token)).Trim()
            .ShouldBe("exited");
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(
        DockerFaultProxy proxy, DockerHost host, string? input, params string[] arguments)
    {
        var result = await Shell.TryRunAsync(
            "docker",
            arguments,
            input,
            new Dictionary<string, string?>
            {
                ["DOCKER_HOST"] = proxy.Endpoint,
                ["DOCKER_TLS_VERIFY"] = "1",
                ["DOCKER_CERT_PATH"] = host.ClientFolder
            },
            cancellationToken: Token);
        return (result.ExitCode, result.Output, result.Error);
    }

    private async Task<(DockerHost Host, DockerFaultProxy Proxy)> StartAsync()
    {
        var host = (await lab.HostsAsync())[1];
        return (host, new DockerFaultProxy(await lab.RunAsync(), host));
    }
}
