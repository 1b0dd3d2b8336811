using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>The one command that stops, replaces and starts a process: killed before and behind each of its parts by
/// the host, and left alone by the operator.</summary>
public sealed class OneActTests(LabFixture lab) : IAsyncLifetime
{
    private const string Part = "said=$(eval \"$call\") || exit";
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Theory]
    [InlineData("systemd", SwapMethod.ReplaceBinary)]
    [InlineData("systemd", SwapMethod.SwitchLink)]
    [InlineData("scripts", SwapMethod.SwitchLink)]
    [InlineData("process", SwapMethod.ReplaceBinary)]
    [InlineData("process", SwapMethod.SwitchLink)]
    [InlineData("process", SwapMethod.NewDirectory)]
    public async Task Act_killed_by_the_host_is_completed_by_next_call(string kind, SwapMethod swap)
    {
        var (control, goals) = await PrepareAsync(kind, swap);
        var plain = Shop.Control(control);
        var at = 0;
        bool wasKilled;
        do
        {
            var goal = goals[at++ % 2];
            var asked = new List<InstanceProcess>();
            Task GateAsync(InstanceProcess process)
            {
                process.ExecutableSha256.ShouldBe(goal.FormerSha256, $"a process is stopped twice, point {at}");
                asked.Add(process);
                return Task.CompletedTask;
            }

            var cut = new CutClient(
                $"point=$((${{point-0}} + 1)); [ $point -ne {at} ] || kill -KILL $$\n{Part}\n"
                + $"point=$((point + 1)); [ $point -ne {at} ] || kill -KILL $$");
            var killed = Shop.Bind(Shop.Spec(Shop.Instance(control)), around: cut.Around).Instance("tikv-1");
            var trouble = await Record(() => killed.ReplaceAsync(goal, null, GateAsync, Token));
            wasKilled = trouble is not null;
            trouble?.MayHaveRun.ShouldBeTrue(trouble.Message);
            await plain.ReplaceAsync(goal, null, GateAsync, Token);

            await SeeAsync(plain, $"point {at}", p => p.ExecutableSha256 == goal.Sha256 && p.IsListening);
            (await Shop.ShellAsync($"pgrep -c -x {ProgramName}")).Trim().ShouldBe("1", $"point {at}");
            asked.Select(p => p.Pid).Distinct().Count().ShouldBe(1, $"point {at}");
        }
        while (wasKilled);
        at.ShouldBeGreaterThan(6);
    }

    [Theory]
    [InlineData("systemd", SwapMethod.SwitchLink)]
    [InlineData("process", SwapMethod.NewDirectory)]
    public async Task Act_whose_connection_breaks_after_the_stop_ends_with_the_new_process(string kind, SwapMethod swap)
    {
        var (control, goals) = await PrepareAsync(kind, swap);
        var cut = new CutClient(
            $"{Part}\ncase $part in stop_*) : > /tmp/stopped; until [ -e /tmp/broken ]; do sleep 0.05; done ;; esac");
        var instance = Shop.Bind(Shop.Spec(Shop.Instance(control)), around: cut.Around).Instance("tikv-1");
        var replacing = Record(
            () => instance.ReplaceAsync(goals[0], null, static _ => Task.CompletedTask, Token));
        await Deadline.UntilAsync(
            "the stop",
            async _ => (await Shop.ShellAsync("ls /tmp/stopped 2>/dev/null || true")).Length > 0,
            TimeSpan.FromSeconds(30), cancellationToken: Token);

        await Shop.Host.BreakConnectionsAsync();
        (await replacing).ShouldBeOfType<HostException>();
        await Shop.ShellAsync("touch /tmp/broken; chmod 666 /tmp/broken");

        // Only looked at, by the host's own shell: no operator acts.
        await Deadline.UntilAsync(
            "the new process",
            async _ => (await Shop.ShellAsync(
                $"sha256sum /proc/$(pgrep -x {ProgramName} || echo self)/exe 2>/dev/null || true", asRoot: true))
                .StartsWith(goals[0].Sha256, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), cancellationToken: Token);
        (await Shop.ShellAsync($"pgrep -c -x {ProgramName}")).Trim().ShouldBe("1");

        // Nothing of the act is inherited: neither its lock nor the signals that it ignores.
        (await Shop.ShellAsync($"ls /proc/$(pgrep -x {ProgramName})/fd", asRoot: true)).Split().ShouldNotContain("9");
        (await Shop.ShellAsync($"kill -TERM $(pgrep -x {ProgramName}); sleep 0.5; pgrep -c -x {ProgramName} || true"))
            .Trim().ShouldBe(kind == "systemd" ? "1" : "0");
    }

    private async Task<(InstanceControl Control, InstanceGoal[] Goals)> PrepareAsync(string kind, SwapMethod swap)
    {
        if (swap == SwapMethod.SwitchLink)
        {
            await Shop.ShellAsync($"mv {Deploy} /data/v1 && ln -s v1 {Deploy}");
        }

        if (kind == "systemd")
        {
            await Shop.UnitAsync("tikv-20160.service");
        }

        var former = swap == SwapMethod.SwitchLink ? "/data/v1" : Deploy;
        await Shop.ShellAsync($"cp -a {former}/. /data/v2 && echo more >>/data/v2/bin/{ProgramName}");
        var (old, @new) =
            (await Shop.SumAsync($"{former}/bin/{ProgramName}"), await Shop.SumAsync($"/data/v2/bin/{ProgramName}"));
        var arguments = $"serve.pl --port {Port} --data-dir {Deploy}/data";
        if (kind == "scripts")
        {
            foreach (var (name, text) in new[]
            {
                ("start", $"cd {Deploy}; nohup bin/{ProgramName} {arguments} >/dev/null 2>&1 & echo $! >/data/pid"),
                ("stop", "kill $(cat /data/pid)")
            })
            {
                await Shop.Host.WriteFileAsync(
                    $"/data/{name}.sh", $"#!/bin/bash\n{text}\n", FileModes.Executable, ct: Token);
            }
        }

        var directory = swap == SwapMethod.NewDirectory ? "{directory}/" : "";
        var control = new InstanceControl
        {
            Systemd = kind == "systemd" ? new SystemdControl() : null,
            Scripts = kind == "scripts" ? new ScriptControl { Start = "/data/start.sh", Stop = "/data/stop.sh" } : null,
            Process = kind == "process"
                ? new ProcessControl
                {
                    Command = [$"{directory}bin/{ProgramName}", .. $"{directory}{arguments}".Split(' ')]
                }
                : null,
            Swap = swap,
            StopGrace = "5s",
        };
        var instance = Shop.Control(control);
        await instance.StartAsync(former, Token);
        await SeeAsync(instance, "the port", p => p.IsListening);
        var link = swap == SwapMethod.SwitchLink;
        return (control,
        [
            new InstanceGoal("/data/v2", @new, Old, old, link ? former : null),
            new InstanceGoal(former, old, New, @new, link ? "/data/v2" : null),
        ]);
    }

    private static async Task<HostException?> Record(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (HostException exception)
        {
            return exception;
        }
    }

    // A client that puts something else in place of what runs a part of the act.
    private sealed class CutClient(string part)
    {
        public IRemoteClient Around(IRemoteClient inner) => new Client(inner, part);

        private sealed class Client(IRemoteClient inner, string part) : IRemoteClient
        {
            public string Name => inner.Name;

            public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default) =>
                inner.RunAsync(
                    command with
                    {
                        Arguments =
                        [.. command.Arguments.Select(a => a.Replace(Part, part, StringComparison.Ordinal))]
                    },
                    cancellationToken);

            public Task<bool> UploadAsync(
                RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null,
                CancellationToken cancellationToken = default) =>
                inner.UploadAsync(file, open, progress, cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
