using System.Diagnostics;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>Whose lease need not be waited for, and whose must be.</summary>
public sealed class ProcessIdentityTests
{
    private const string Uid = "3f0c1a52-0000-4000-8000-000000000001";
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void The_former_process_of_the_same_container_is_gone()
    {
        var former = new ProcessIdentity("drydock-x", Uid, 1, "aaaa");
        var next = new ProcessIdentity("drydock-x", Uid, 1, "bbbb");

        former.Text.ShouldBe($"drydock-x_pod.{Uid}_aaaa");
        next.FateOf(former.Text).ShouldBe(HolderFate.Gone);
        next.FateOf(next.Text).ShouldBe(HolderFate.Unknown);
    }

    [Theory]
    [InlineData("drydock-x_pod.3f0c1a52-0000-4000-8000-000000000002_aaaa")]
    [InlineData("drydock-x_aaaa")]
    [InlineData("drydock-x-1a2b3c4d")]
    [InlineData("drydock-x_boot.1.2.3.4_aaaa")]
    [InlineData("")]
    [InlineData("__")]
    public void Of_another_pod_machine_or_unknown_form_nothing_is_known(string holder) =>
        new ProcessIdentity("drydock-x", Uid, 1, "bbbb").FateOf(holder).ShouldBe(HolderFate.Unknown);

    [Fact]
    public void A_process_that_is_not_the_first_of_its_container_is_no_proof_for_its_pod()
    {
        var beside = new ProcessIdentity("drydock-x", Uid, Environment.ProcessId, "aaaa");

        beside.Text.ShouldContain("_boot.");
        new ProcessIdentity("drydock-x", Uid, 1, "bbbb").FateOf(beside.Text).ShouldBe(HolderFate.Unknown);
    }

    [Fact]
    public async Task A_process_of_this_machine_runs_until_it_has_ended()
    {
        using var other = Process.Start("sleep", "1000");
        var holder = new ProcessIdentity("machine", null, other.Id, "aaaa");
        var own = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb");

        own.FateOf(holder.Text).ShouldBe(HolderFate.Runs);
        other.Kill();
        await other.WaitForExitAsync();

        own.FateOf(holder.Text).ShouldBe(HolderFate.Gone);
    }

    [Fact]
    public void A_process_number_that_another_process_has_now_is_gone()
    {
        var holder = new ProcessIdentity("machine", null, Environment.ProcessId, "aaaa").Text.Split('.');
        var earlier = string.Join('.', [.. holder[..^1], "1_aaaa"]);

        new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb").FateOf(earlier).ShouldBe(HolderFate.Gone);
    }

    [Fact]
    public void Another_start_of_the_machine_and_another_PID_namespace_prove_nothing()
    {
        var own = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb");
        var parts = own.Text.Split('.');

        own.FateOf(string.Join('.', [parts[0], "another-boot", .. parts[2..]]).Replace("bbbb", "aaaa", StringComparison.Ordinal)).ShouldBe(HolderFate.Unknown);
        own.FateOf(string.Join('.', [parts[0], parts[1], "1", .. parts[3..]]).Replace("bbbb", "aaaa", StringComparison.Ordinal)).ShouldBe(HolderFate.Unknown);
    }

    [Fact]
    public void Without_proc_nothing_is_known()
    {
        var blind = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb", proc: "/nonexistent");

        blind.Text.ShouldBe("machine_bbbb");
        blind.FateOf(new ProcessIdentity("machine", null, Environment.ProcessId, "aaaa").Text).ShouldBe(HolderFate.Unknown);
    }

    [Fact]
    public async Task A_container_that_crashes_every_twenty_seconds_leads_each_time_at_once()
    {
        var api = new InMemoryApi(KubernetesJson.CreateOptions(), _time);
        var crashed = new List<(CancellationTokenSource Stop, Task Running)>();
        for (var i = 0; i < 10; i++)
        {
            var identity = new ProcessIdentity("drydock-x", Uid, 1, $"run{i}");
            var options = new LeaderElectionOptions { LeaseName = "operator", Namespace = "ops", Identity = identity.Text, FateOf = identity.FateOf };

            // A clock of its own, that stops when it crashes: it then neither renews nor gives back.
            var elector = new LeaderElector(api, options, new ManualTimeProvider(), NullLoggerFactory.Instance);
            var leading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var stop = new CancellationTokenSource();
            var running = elector.RunAsync(
                async term =>
                {
                    leading.SetResult();
                    await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                },
                stop.Token);

            // No clock moves: only the proof that the former is gone makes it lead.
            await leading.Task.Bounded();
            crashed.Add((stop, running));
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        foreach (var (stop, running) in crashed)
        {
            await stop.CancelAsync();
            await running.Bounded();
            stop.Dispose();
        }
    }

    [Fact]
    public async Task A_standby_on_the_same_machine_takes_over_when_the_process_has_ended()
    {
        var api = new InMemoryApi(KubernetesJson.CreateOptions(), _time);
        var fate = HolderFate.Runs;
        await api.CreateAsync(new Drydock.Clients.Kubernetes.CoreTypes.V1Lease
        {
            Metadata = new() { Name = "operator", Namespace = "ops" },
            Spec = new() { HolderIdentity = "the other", LeaseDurationSeconds = 120 },
        });
        var options = new LeaderElectionOptions { LeaseName = "operator", Namespace = "ops", Identity = "this", FateOf = _ => fate };
        var elector = new LeaderElector(api, options, _time, NullLoggerFactory.Instance);
        var leading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var running = elector.RunAsync(
            async term =>
            {
                leading.SetResult();
                await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
            stop.Token);
        await _time.AdvanceToTimerAsync(due => due <= TimeSpan.FromSeconds(5)).Bounded();
        leading.Task.IsCompleted.ShouldBeFalse();

        fate = HolderFate.Gone;
        await _time.AdvanceToTimerAsync(due => due <= TimeSpan.FromSeconds(5)).Bounded();

        await leading.Task.Bounded();
        await stop.CancelAsync();
        await running.Bounded();
    }
}
