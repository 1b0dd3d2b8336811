using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>Files and figures of a host.</summary>
public sealed class HostFilesTests(LabFixture lab) : IAsyncLifetime
{
    private const string Path = Deploy + "/conf/pd 'x'.toml";
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync()
    {
        _shop = await Workshop.StartAsync(lab);
        await Shop.ShellAsync($"mkdir {Deploy}/conf");
    }

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Host_file_is_written_once_and_former_content_is_kept()
    {
        var files = Files();
        (await files.ReadAsync(Path, Token)).ShouldBeNull();
        await files.WriteAsync(Path, "a = 1 # 数据库\n", null, null, Token);
        await Shop.ShellAsync($"chmod 640 \"{Path}\"");
        (await files.ReadAsync(Path, Token)).ShouldBe("a = 1 # 数据库\n");

        await files.WriteAsync(Path, "a = 2\n", Sum("a = 1 # 数据库\n"), "pd.toml.2.1.19", Token);
        await files.WriteAsync(Path, "a = 2\n", Sum("a = 1 # 数据库\n"), "pd.toml.2.1.19", Token);

        (await files.ReadAsync(Path, Token)).ShouldBe("a = 2\n");
        (await files.ReadAsync(Deploy + "/conf/pd.toml.2.1.19", Token)).ShouldBe("a = 1 # 数据库\n");
        (await Shop.ShellAsync($"stat -c '%a %U' \"{Path}\"; ls -A {Deploy}/conf | wc -l")).ShouldBe("640 tidb\n2");
    }

    [Fact]
    public async Task Host_file_changed_by_others_is_not_overwritten()
    {
        await Shop.Host.WriteFileAsync(Path, "by hand", ct: Token);

        var trouble = await Should.ThrowAsync<HostException>(
            () => Files().WriteAsync(Path, "ours", Sum("before"), null, Token));

        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.TargetChanged, false));
        (await Files().ReadAsync(Path, Token)).ShouldBe("by hand");
    }

    [Fact]
    public async Task Root_file_needs_sudo_and_stays_owned_by_root()
    {
        await Shop.Host.WriteFileAsync("/etc/tidb.toml", "old", asRoot: true, ct: Token);

        (await Should.ThrowAsync<HostException>(() => Files(Become.None).WriteAsync(
            "/etc/tidb.toml", "new", Sum("old"), null, Token))).Reason.ShouldBe(Reasons.AccessDenied);
        await Files().WriteAsync("/etc/tidb.toml", "new", Sum("old"), null, Token);

        (await Shop.ShellAsync("cat /etc/tidb.toml; stat -c ' %U' /etc/tidb.toml")).ShouldBe("new root");
    }

    [Fact]
    public async Task Unreadable_host_file_is_not_taken_for_absent()
    {
        await Shop.Host.WriteFileAsync("/root/secret/x", "old", asRoot: true, ct: Token);
        await Shop.ShellAsync("chmod 700 /root/secret", asRoot: true);

        (await Should.ThrowAsync<HostException>(() => Files(Become.None).ReadAsync("/root/secret/x", Token))).Reason
            .ShouldBe(Reasons.AccessDenied);
        (await Files().ReadAsync("/root/secret/x", Token)).ShouldBe("old");
    }

    [Fact]
    public async Task Host_file_too_long_or_without_text_is_refused()
    {
        await Shop.ShellAsync(
            $"head -c 1048577 /dev/zero >{Deploy}/long; printf '\\377' >{Deploy}/bytes; head -c 1048576 /dev/zero | tr "
            + $"'\\0' x >{Deploy}/longest");

        (await Should.ThrowAsync<HostException>(() => Files().ReadAsync(Deploy + "/long", Token))).Message
            .ShouldContain("1048577 bytes");
        (await Should.ThrowAsync<HostException>(() => Files().ReadAsync(Deploy + "/bytes", Token))).Reason
            .ShouldBe(Reasons.ConfigurationInvalid);
        (await Files().ReadAsync(Deploy + "/longest", Token))!.Length.ShouldBe(1 << 20);
    }

    [Fact]
    public async Task Checksums_follow_requested_order_and_current_content()
    {
        var files = Files();
        await Shop.Host.WriteFileAsync(Deploy + "/a", "1", ct: Token);
        await Shop.Host.WriteFileAsync(Deploy + "/b", "2", ct: Token);

        (await files.Sha256Async([Deploy + "/b", Deploy + "/none", Deploy + "/a"], Token))
            .ShouldBe([Sum("2"), null, Sum("1")]);
        await Shop.ShellAsync($"printf 3 >{Deploy}/b");
        (await files.Sha256Async([Deploy + "/b", Deploy + "/a"], Token)).ShouldBe([Sum("3"), Sum("1")]);
    }

    [Fact]
    public async Task Free_space_memory_CPUs_and_clock_match_the_host()
    {
        var files = Files();

        var room = await files.FreeBytesAsync("/data", Token);
        (await files.FreeBytesAsync("/data/not/there/yet", Token)).ShouldBeInRange(room - (1 << 30), room + (1 << 30));
        var (memory, cpus) = await files.MachineAsync(Token);
        memory.ShouldBe(long.Parse(
            (await Shop.ShellAsync("awk '/^MemTotal:/ {print $2}' /proc/meminfo")).Trim(),
            System.Globalization.CultureInfo.InvariantCulture) * 1024);
        cpus.ShouldBe(int.Parse(await Shop.ShellAsync("nproc"), System.Globalization.CultureInfo.InvariantCulture));

        // Host and operator have one clock here, and date prints whole seconds: an offset comes only from the time that
        // asking took.
        var began = Stopwatch.GetTimestamp();
        var offset = await files.ClockOffsetAsync(Token);
        offset.Duration().ShouldBeLessThan(Stopwatch.GetElapsedTime(began) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task RunAsync_returns_nonzero_exit_code_as_result() =>
        (await Files().RunAsync(RemoteCommand.Script("echo $1; exit 3", "a b"), Token))
            .ShouldBe(new RemoteResult(3, "a b\n", ""));

    private IHostFiles Files(Become become = Become.Sudo)
    {
        var spec = Shop.Spec();
        return Shop.Bind(spec with { Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = become } } })
            .Files(Shop.Host.Address);
    }

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
