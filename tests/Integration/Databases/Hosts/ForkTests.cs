namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// What a look and a replacement cost a host that serves: processes, counted by the kernel in a pid namespace where
/// nothing else starts any.
/// </summary>
public sealed class ForkTests : IDisposable
{
    private const int MostOfLook = 10;
    private const int MostOfFurtherInstance = 1;
    private const int MostWhileDown = 14;
    private const int FirstPort = 21160;

    // Starts the servers, looks once to learn the checksums of the programs, and counts what the second look starts.
    private const string Counting =
        """
        cd "$ROOT"
        for server in server-*; do
          port=${server#server-}
          (exec -a nc "$ROOT/$server/bin/tikv-server" -l -p "$port" < /dev/null > /dev/null 2>&1) &
          echo "$!" > "$server/pid"
          until grep -qi "$(printf ':%04X .* 0A ' "$port")" /proc/net/tcp6; do :; done
        done
        shell=$1 script=$2
        shift 2
        known=$($shell -c "$script" sh "$@" | sed -n \
          -e 's/^\(sum\|fresh\) \([^ ]*\) .*/\2/p' -e 's/^socket \([^ ]*\) /socket:\1:/p' | tr '\n' ' ')
        set -- "${@:1:6}" "$known" "${@:8}"
        before=$(cat /proc/sys/kernel/ns_last_pid)
        $shell -c "$script" sh "$@" > answer
        after=$(cat /proc/sys/kernel/ns_last_pid)
        echo "forks $((after - before - 2))"
        grep -v '^end' answer
        echo end
        """;

    // Looks with the socket that a process holds, as one of its port and as one of another; with one that nobody holds;
    // and after the process has ended.
    private const string Recalling =
        """
        cd "$ROOT"
        shell=$1 script=$2
        shift 2
        (exec -a nc "$ROOT/server-$5/bin/tikv-server" -l -p "$5" < /dev/null > /dev/null 2>&1) &
        until grep -qi "$(printf ':%04X .* 0A ' "$5")" /proc/net/tcp6; do :; done
        see() { $shell -c "$script" sh none '' '' tikv-server "$3" "$ROOT" "$2" '' no "$ROOT" bin/none > answer
          echo "$1 $(sed -n 's/^listener //p' answer)"; }
        see listed '' "$5"
        inode=$(sed -n "s/^socket $5 //p" answer)
        see held "socket:$5:$inode" "$5"
        see recalled "socket:1:$inode" 1
        see unheld "socket:$5:1" "$5"
        kill "$!"
        wait "$!"
        see ended "socket:$5:$inode" "$5"
        echo end
        """;

    // Replaces a process that notes the last process of the namespace when it is told to end by one that notes it when
    // it begins.
    private const string Replacing =
        """
        cd "$ROOT"
        mkfifo pipe
        cat > old <<'END'
        exec 3<> pipe
        trap 'cat /proc/sys/kernel/ns_last_pid > ended; exit' TERM
        echo > waits
        read -r nothing <&3
        END
        echo 'cat /proc/sys/kernel/ns_last_pid > started; sleep 60' > new
        sh old < /dev/null > /dev/null 2>&1 &
        until [ -e waits ]; do :; done
        stat=$(cat /proc/$!/stat)
        start=$(set -- ${stat##*) }; echo "${20}")
        in_time="$(cat /proc/sys/kernel/random/boot_id) 999999999"
        shell=$1 script=$2
        $shell -c "$script" sh "$ROOT" '' "$!:$start" "$!:$start" \
          record_process 5 $in_time "$ROOT/record" "$!:$start" run \
          stop_process 5 $in_time TERM 5 "$!:$start" \
          start_process 9 $in_time "$ROOT" "$ROOT/log" "$ROOT" "$ROOT/record" run sh new | grep -v '^end'
        until [ -s started ]; do :; done
        echo "forks $(($(cat started) - $(cat ended) - 1))"
        echo end
        """;

    private const string Systemctl =
        """
        #!/bin/sh
        while [ "$1" != -- ]; do shift; done
        shift
        for unit; do
          port=${unit#tikv-} && port=${port%.service}
          [ "$unit" = "$1" ] || echo
          read -r pid < "$ROOT/server-$port/pid"
          printf '%s\n' "Id=$unit" LoadState=loaded ActiveState=active SubState=running "MainPID=$pid"
          echo "ExecStart={ path=$ROOT/server-$port/bin/tikv-server ; argv[]=$ROOT/server-$port/bin/tikv-server ; }"
        done

        """;

    private const string Svstat =
        "#!/bin/sh\nfor d; do read -r pid < \"$d/pid\"; echo \"$d: up (pid $pid) 3 seconds\"; done\n";

    private readonly string _root =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"drydock-{Guid.NewGuid():N}")).FullName;

    public static TheoryData<string, string> Ways { get; } = new MatrixTheoryData<string, string>(
        ["dash", "bash --posix"], ["systemd", "supervise", "none", "link"]);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Look_starts_few_processes(string shell, string way)
    {
        var tools = Directory.CreateDirectory(Path.Combine(_root, "tools")).FullName;
        Write(Path.Combine(tools, "systemctl"), Systemctl);
        Write(Path.Combine(tools, "svstat"), Svstat);

        var one = await CountAsync(shell, way, 1);
        var three = await CountAsync(shell, way, 3);

        TestContext.Current.TestOutputHelper?.WriteLine($"{shell}, {way}: {one}, {three}");
        one.ShouldBeLessThanOrEqualTo(MostOfLook);
        (three - one).ShouldBeLessThanOrEqualTo(2 * MostOfFurtherInstance);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash --posix")]
    public async Task Sockets_are_listed_unless_the_process_still_holds_the_known_one(string shell)
    {
        Install("none", FirstPort);

        var answer = await RunAsync(
            Recalling, shell, HostScripts.Looking("look"), Look("none", FirstPort, Path.Combine(_root, "none")));

        var pid = answer.Need("listed");
        (answer.Need("held"), answer.Need("unheld"), answer.Need("ended")).ShouldBe((pid, pid, ""));
        answer.Need("recalled").ShouldBe(pid, "no socket was listed");
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash --posix")]
    public async Task Replacement_starts_few_processes_while_the_process_is_down(string shell)
    {
        var script = HostScripts.Together(["record-process", "stop-process", "start-process"]);

        var answer = await RunAsync(Replacing, shell, script, []);

        TestContext.Current.TestOutputHelper?.WriteLine($"{shell}: {answer.Whole(answer.Need("forks"))}");
        answer.Whole(answer.Need("forks")).ShouldBeLessThanOrEqualTo(MostWhileDown);
    }

    private async Task<int> CountAsync(string shell, string way, int instances)
    {
        var ports = Enumerable.Range(FirstPort, instances).ToList();
        var answer = await RunAsync(
            Counting, shell, HostScripts.Looking("look"),
            [.. ports.SelectMany(port => Look(way, port, Install(way, port)))]);

        foreach (var (port, part) in ports.Zip(instances == 1 ? [answer] : answer.Parts(instances)))
        {
            var pid = part.Need("listener");
            part.All("process").ShouldContain(line => line.StartsWith(pid + " ", StringComparison.Ordinal));
            part.Need("installed").ShouldNotBe("-");
            part.Text(part.Need("real")).ShouldBe(Path.Combine(_root, $"server-{port}"));
            part.Text(part.Find("target")).ShouldBe(way == "link" ? Path.Combine(_root, $"version-{port}") : null);
        }

        return (int)answer.Whole(answer.Need("forks"));
    }

    private string Install(string way, int port)
    {
        var (deploy, version) = (Path.Combine(_root, $"server-{port}"), Path.Combine(_root, $"version-{port}"));
        var bin = Path.Combine(way == "link" ? version : deploy, "bin");
        Directory.CreateDirectory(bin);
        File.Copy("/bin/busybox", Path.Combine(bin, "tikv-server"), overwrite: true);
        if (way == "link" && !Directory.Exists(deploy))
        {
            Directory.CreateDirectory(deploy);
            File.CreateSymbolicLink(Path.Combine(deploy, "current"), version);
            File.CreateSymbolicLink(Path.Combine(deploy, "bin"), bin);
        }

        return deploy;
    }

    private static string[] Look(string way, int port, string deploy) =>
    [
        way == "link" ? "none" : way, way == "systemd" ? $"tikv-{port}.service" : "",
        way == "supervise" ? deploy : "", "tikv-server", $"{port}", deploy, "", "", "no",
        way == "link" ? $"{deploy}/current" : deploy, "bin/tikv-server",
    ];

    private async Task<ScriptAnswer> RunAsync(string driver, string shell, string script, string[] arguments)
    {
        var start = new ProcessStartInfo(
            "unshare",
            [
                "--fork", "--pid", "--kill-child", "--mount-proc", "bash", "-c", driver, "bash", shell, script,
                .. arguments
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{Path.Combine(_root, "tools")}:/usr/bin:/bin";
        start.Environment["ROOT"] = _root;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return ScriptAnswer.Read("here", "counting", new RemoteResult(process.ExitCode, await output, await errors));
    }

    private static void Write(string path, string content)
    {
        File.WriteAllText(path, content);
        File.SetUnixFileMode(
            path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
