using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>The shells that stay open on a host for looks.</summary>
public sealed class KeptShellTests(LabFixture lab) : IAsyncLifetime
{
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Looks_of_all_kinds_share_a_shell_that_ends_with_the_operator()
    {
        var hosts = Bind();
        var files = hosts.Files(Shop.Host.Address);
        for (var i = 0; i < 5; i++)
        {
            await hosts.Instance("tikv-1").LookAsync(Token);
            await hosts.ProcessesAsync(Shop.Host.Address, Token);
            await files.ReadAsync("/etc/hostname", Token);
            await files.ClockOffsetAsync(Token);
        }

        (await ShellsAsync()).ShouldBe(1);
        await hosts.DisposeAsync();

        await Deadline.UntilAsync(
            "the end of the shells", async _ => await ShellsAsync() == 0, cancellationToken: Token);
    }

    [Fact]
    public async Task Host_cut_off_between_looks_is_named_and_its_shell_renewed()
    {
        var instance = Bind().Instance("tikv-1");
        await instance.LookAsync(Token);
        await Shop.Host.CutAsync();

        var trouble = await Should.ThrowAsync<HostException>(() => instance.LookAsync(Token));

        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.HostUnreachable, true), trouble.Message);
        trouble.Message.ShouldContain(Shop.Host.Address);
        await Shop.Host.MendAsync();
        await Deadline.UntilAsync(
            "the road to the host", _ => AnswersAsync(instance), TimeSpan.FromMinutes(1), cancellationToken: Token);
        await Deadline.UntilAsync(
            "the end of the former shell", async _ => await ShellsAsync() == 1, cancellationToken: Token);
    }

    [Fact]
    public async Task Broken_connection_during_a_look_is_a_broken_command()
    {
        await Shop.ShellAsync("mkfifo /data/pipe");
        var hosts = Bind();
        await hosts.Instance("tikv-1").LookAsync(Token);
        var look = hosts.Files(Shop.Host.Address).RunAsync(RemoteCommand.Script("cat /data/pipe"), Token);
        await Deadline.UntilAsync(
            "the command to run",
            async _ => (await Shop.Host.RunAsync("pgrep -fx 'cat /data/pipe'", ct: Token)).ExitCode == 0,
            cancellationToken: Token);

        await Shop.Host.BreakConnectionsAsync();

        (await Should.ThrowAsync<HostException>(() => look)).Reason.ShouldBe(Reasons.HostUnreachable);
        (await hosts.Instance("tikv-1").LookAsync(Token)).IsAlive.ShouldBeFalse();
        (await ShellsAsync()).ShouldBe(1);
    }

    private static async Task<bool> AnswersAsync(IInstanceHost instance)
    {
        try
        {
            return !(await instance.LookAsync(Token)).IsAlive;
        }
        catch (HostException e) when (e.Reason == Reasons.HostUnreachable)
        {
            return false;
        }
    }

    private BoundDatabaseHosts Bind() => Shop.Bind(Shop.Spec(Shop.Instance(
        new InstanceControl { Scripts = new ScriptControl { Start = "start.sh", Stop = "stop.sh" } })));

    private async Task<int> ShellsAsync() => int.Parse(
        (await Shop.Host.RunAsync("pgrep -fc '^timeout 900 sh'", ct: Token)).Output, CultureInfo.InvariantCulture);
}
