namespace Drydock.Tests.Integration.Lab;

/// <summary>
/// The faults that reach below a protocol: disks, clocks, certificates, connections cut in the middle.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class LowLevelFaultTests(LabFixture lab)
{
    private const long Room = 96L << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_docker_disk_refuses_loads_and_containers_until_freed()
    {
        await using var host = await DockerHost.StartAsync(
            await lab.RunAsync(), Short("disk"), new DockerHostOptions { DataBytes = Room }, Token);
        var busybox = await host.LoadBusyboxAsync(Token);
        await host.FillDiskAsync(Token);

        var create = await host.TryDockerAsync(["create", busybox, "true"], cancellationToken: Token);
        var load = await host.TryDockerAsync(
            ["load", "--input", (await OmsImages.BuildAsync(cancellationToken: Token)).Old.Archive],
            cancellationToken: Token);
        host.FreeDisk();

        create.ExitCode.ShouldNotBe(0);
        create.Error.ShouldContain("no space left on device");
        load.ExitCode.ShouldNotBe(0);
        await host.DockerAsync(["create", busybox, "true"], cancellationToken: Token);
    }

    [Fact]
    public async Task Container_survives_dockerd_kill_only_with_live_restore()
    {
        await using var host = await DockerHost.StartAsync(
            await lab.RunAsync(), Short("live"), cancellationToken: Token);
        await host.DockerAsync(
            ["run", "-d", "--net", "host", "--name", "xy", await host.LoadBusyboxAsync(Token), "sleep", "1000"],
            cancellationToken: Token);
        await host.SetLiveRestoreAsync(true, Token);
        await host.KillAsync(Token);
        await host.StartAsync(Token);
        (await StateAsync(host)).ShouldBe("running 0");

        await host.KillContainerAsync("xy", Token);

        await Deadline.UntilAsync(
            "dockerd to hear of the kill", async _ => await StateAsync(host) == "exited 137", cancellationToken: Token);
        await host.DockerAsync(["start", "xy"], cancellationToken: Token);
        await host.SetLiveRestoreAsync(false, Token);
        await host.KillAsync(Token);
        await host.StartAsync(Token);
        (await StateAsync(host)).ShouldBe("exited 137");
    }

    [Fact]
    public async Task Foreign_certificate_is_presented_only_while_enabled()
    {
        var run = await lab.RunAsync();
        var host = (await lab.HostsAsync())[0];
        await using var proxy = new DockerFaultProxy(run, host);
        using var client = host.CreateHttpClient(proxy.Endpoint);
        proxy.PresentsForeignCertificate = true;

        await Should.ThrowAsync<HttpRequestException>(
            () => client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token));
        proxy.PresentsForeignCertificate = false;

        (await client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token)).ShouldBe("OK");
    }

    [Fact]
    public async Task Lab_registry_serves_image_only_with_password()
    {
        await using var registry = await LabRegistry.StartAsync(await lab.RunAsync(), Short("reg"), Token);
        await using var host = await DockerHost.StartAsync(
            await lab.RunAsync(), Short("pull"), cancellationToken: Token);
        var image = (await OmsImages.BuildAsync(cancellationToken: Token)).Of("3.3.1_ce");
        await registry.PushAsync(host, image, Token);
        (await host.DockerAsync(["images", "-q"], cancellationToken: Token)).Trim().ShouldBeEmpty();
        await using var config = new ScratchFolder();
        await File.WriteAllTextAsync(config.File("config.json"), registry.DockerConfigJson, Token);

        var refused = await host.TryDockerAsync(["pull", registry.NameOf(image)], cancellationToken: Token);
        await host.DockerAsync(["--config", config.Path, "pull", registry.NameOf(image)], cancellationToken: Token);

        refused.Error.ShouldContain("no basic auth credentials");
        (await host.DockerAsync(["inspect", "--format", "{{.Id}}", registry.NameOf(image)], cancellationToken: Token))
            .Trim().ShouldBe(image.Id);
    }

    [Fact]
    public async Task Full_database_disk_refuses_rows_until_freed()
    {
        await using var database = await MetaDb.StartAsync(
            await lab.RunAsync(), new MetaDbOptions { Name = Short("full"), DataBytes = 160L << 20 }, Token);
        await database.ExecAsync("CREATE DATABASE rm; CREATE TABLE rm.t (a VARCHAR(200))", cancellationToken: Token);
        await database.FillDiskAsync(Token);

        var refused = await database.TryExecAsync(
            "INSERT INTO t SELECT repeat('x', 200) FROM seq_1_to_50000", "rm", Token);
        database.FreeDisk();

        refused.ExitCode.ShouldNotBe(0);
        await database.ExecAsync("INSERT INTO t SELECT repeat('x', 200) FROM seq_1_to_50000", "rm", Token);
    }

    [Fact]
    public async Task Database_clock_can_be_shifted_and_restored()
    {
        await using var database = await MetaDb.StartAsync(
            await lab.RunAsync(), new MetaDbOptions { Name = Short("clock") }, Token);

        await database.SetClockAsync(TimeSpan.FromMinutes(10), Token);
        (await OffsetAsync(database)).ShouldBeInRange(9.5, 10.5);
        await database.SetClockAsync(TimeSpan.Zero, Token);

        (await OffsetAsync(database)).ShouldBeInRange(-0.5, 0.5);
    }

    [Fact]
    public async Task Cut_dump_and_load_fail_and_next_ones_succeed()
    {
        await using var database = await MetaDb.StartAsync(
            await lab.RunAsync(), new MetaDbOptions { Name = Short("cut") }, Token);
        await database.ExecAsync(
            "CREATE DATABASE rm; CREATE TABLE rm.t (a INT PRIMARY KEY, b VARCHAR(200)); USE rm; INSERT INTO t SELECT "
            + "seq, repeat('x', 200) FROM seq_1_to_5000",
            cancellationToken: Token);
        await database.CreateUserAsync("app", "not-a-secret", cancellationToken: Token);
        await using var proxy = new TcpFaultProxy(await lab.RunAsync(), database);
        var cut = proxy.CutAfterAsync(
            sql => sql.Contains("SQL_NO_CACHE", StringComparison.Ordinal), fromServer: true, bytes: 100_000);

        var first = await ToolAsync(proxy, "mysqldump", null, "--skip-ssl", "rm");
        var second = await ToolAsync(proxy, "mysqldump", null, "--skip-ssl", "rm");

        first.ExitCode.ShouldNotBe(0);
        await cut.WaitAsync(Token);
        second.ExitCode.ShouldBe(0, second.Error);
        second.Output.ShouldContain("-- Dump completed");
        proxy.CutAfterAsync(
            sql => sql.StartsWith("INSERT", StringComparison.Ordinal), fromServer: false, bytes: 100_000)
            .IsCompleted.ShouldBeFalse();
        (await ToolAsync(proxy, "mariadb", second.Output, "--skip-ssl", "rm")).ExitCode.ShouldNotBe(0);
        (await ToolAsync(proxy, "mariadb", second.Output, "--skip-ssl", "rm")).ExitCode.ShouldBe(0);
        (await database.ExecAsync("SELECT count(*) FROM t", "rm", Token)).ShouldBe("5000");
    }

    private static string Short(string name) => $"{name}{Guid.NewGuid().ToString("N")[..3]}";

    private static async Task<string> StateAsync(DockerHost host) =>
        (await host.DockerAsync(
            ["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", "xy"], cancellationToken: Token)).Trim();

    private static async Task<double> OffsetAsync(MetaDb database)
    {
        var seconds = double.Parse(
            await database.ExecAsync("SELECT UNIX_TIMESTAMP()", cancellationToken: Token),
            System.Globalization.CultureInfo.InvariantCulture);
        return (seconds - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) / 60;
    }

    private static Task<ShellResult> ToolAsync(
        TcpFaultProxy proxy, string tool, string? input, params string[] arguments) =>
        Shell.TryRunAsync(
            tool,
            [
                "--no-defaults", "--host=" + proxy.Address, FormattableString.Invariant($"--port={proxy.Port}"),
                "--user=app", .. arguments
            ],
            input,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["MYSQL_PWD"] = "not-a-secret" },
            cancellationToken: Token);
}
