using System.Diagnostics;
using Drydock.Clients.Kubernetes.Leadership;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>Whose lease need not be waited for, and whose must be.</summary>
public sealed class ProcessIdentityTests : IDisposable
{
    private const string Uid = "3f0c1a52-0000-4000-8000-000000000001";
    private const int NoProcess = int.MaxValue;
    private readonly ManualTimeProvider _time = new();
    private readonly DirectoryInfo _proc = Directory.CreateTempSubdirectory("proc-");

    public void Dispose() => _proc.Delete(recursive: true);

    [Fact]
    public void The_former_process_of_the_same_container_is_gone()
    {
        var former = new ProcessIdentity("drydock-x", Uid, 1, "aaaa");
        var next = new ProcessIdentity("drydock-x", Uid, 1, "bbbb");

        former.Text.ShouldBe($"drydock-x_pod.{Uid}_aaaa");
        next.HasEnded(former.Text).ShouldBeTrue();
        next.HasEnded(next.Text).ShouldBeFalse();
    }

    [Theory]
    [InlineData("drydock-x_pod.3f0c1a52-0000-4000-8000-000000000002_aaaa")]
    [InlineData("drydock-x_aaaa")]
    [InlineData("pod.3f0c1a52-0000-4000-8000-000000000001_aaaa")]
    [InlineData("drydock-x-1a2b3c4d")]
    [InlineData("drydock-x_boot.1.2.3.4_aaaa")]
    [InlineData("")]
    [InlineData("__")]
    public void Of_another_pod_machine_or_unknown_form_nothing_is_known(string holder) =>
        new ProcessIdentity("drydock-x", Uid, 1, "bbbb").HasEnded(holder).ShouldBeFalse();

    [Fact]
    public void Process_other_than_first_proves_nothing_about_its_pod()
    {
        var beside = new ProcessIdentity("drydock-x", Uid, Environment.ProcessId, "aaaa");

        beside.Text.ShouldContain("_boot.");
        new ProcessIdentity("drydock-x", Uid, 1, "bbbb").HasEnded(beside.Text).ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_of_this_machine_runs_until_it_has_ended()
    {
        using var other = Process.Start("sleep", "1000");
        var holder = new ProcessIdentity("machine", null, other.Id, "aaaa");
        var own = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb");

        own.HasEnded(holder.Text).ShouldBeFalse();
        other.Kill();
        await other.WaitForExitAsync();

        own.HasEnded(holder.Text).ShouldBeTrue();
    }

    [Fact]
    public void A_process_number_that_another_process_has_now_is_gone()
    {
        var holder = new ProcessIdentity("machine", null, Environment.ProcessId, "aaaa").Text.Split('.');
        var earlier = string.Join('.', [.. holder[..^1], "1_aaaa"]);

        new ProcessIdentity(
            "machine", null, Environment.ProcessId, "bbbb").HasEnded(earlier).ShouldBeTrue();
    }

    [Fact]
    public void Other_boot_or_pid_namespace_proves_nothing()
    {
        var own = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb");
        var parts = own.Text.Split('.');

        own.HasEnded(
            string.Join(
                '.',
                [parts[0], "another-boot", .. parts[2..]]).Replace("bbbb",
                "aaaa",
                StringComparison.Ordinal)).ShouldBeFalse();
        own.HasEnded(
            string.Join(
                '.',
                [parts[0], parts[1], "1", .. parts[3..]]).Replace("bbbb",
                "aaaa",
                StringComparison.Ordinal)).ShouldBeFalse();
        own.HasEnded(
            string.Join('.', [.. parts[..3], "-1", "1_aaaa"])).ShouldBeFalse();
        own.HasEnded(string.Join('.', parts[..3]) + "_aaaa").ShouldBeFalse();
    }

    [Theory]
    [InlineData("S", 1, false)]
    [InlineData("Z", 3, false)]
    [InlineData("Z", 1, true)]
    [InlineData("X", 0, true)]
    public void A_zombie_has_ended_with_its_last_thread(string state, int threads, bool expected)
    {
        var own = OnFakeMachine();
        var holder = HolderOf(own);
        WriteStat(NoProcess, state, threads);

        own.HasEnded(holder).ShouldBe(expected);
    }

    [Fact]
    public void Process_that_is_hidden_is_not_taken_for_ended()
    {
        var own = OnFakeMachine();
        var parent = HolderOf(own).Replace($".{NoProcess}.", ".1.", StringComparison.Ordinal);

        own.HasEnded(parent).ShouldBeFalse();
        own.HasEnded(HolderOf(own)).ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_known_when_the_own_entry_is_hidden()
    {
        var own = OnFakeMachine();
        Directory.Delete(Path.Combine(_proc.FullName, $"{Environment.ProcessId}"), recursive: true);

        own.HasEnded(HolderOf(own)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("sys/kernel/random/boot_id")]
    [InlineData("self/ns/pid")]
    [InlineData("")]
    public void Process_without_boot_id_namespace_or_start_has_no_mark(string missing)
    {
        _ = OnFakeMachine();
        if (missing.Length > 0)
        {
            File.Delete(Path.Combine(_proc.FullName, missing));
            File.WriteAllText(Path.Combine(_proc.FullName, missing), "");
        }

        var process = missing.Length > 0 ? Environment.ProcessId : NoProcess;
        new ProcessIdentity("machine", "", process, "bbbb", _proc.FullName).Text.ShouldBe("machine_bbbb");
    }

    [Fact]
    public void First_process_without_uid_is_no_pod() =>
        new ProcessIdentity("machine", "", 1, "bbbb").Text.ShouldNotContain("pod.");

    [Fact]
    public void Without_proc_nothing_is_known()
    {
        var blind = new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb", proc: "/nonexistent");

        blind.Text.ShouldBe("machine_bbbb");
        blind.HasEnded(
            new ProcessIdentity("machine", null, Environment.ProcessId, "aaaa").Text).ShouldBeFalse();
    }

    [Fact]
    public async Task Repeatedly_crashing_container_leads_immediately_each_time()
    {
        await using var api = await LeaseServer.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            var identity = new ProcessIdentity("drydock-x", Uid, 1, $"run{i}");
            await using var candidate = new Candidate(Electors.Of(api, _time, Electors.Options(identity.Text) with
            {
                HasEnded = identity.HasEnded,
            }));

            // No clock moves: only the proof that the former is gone makes it lead.
            await candidate.Leading.Task.Bounded();
            var crashed = identity.Text;
            api.Before = (method, client) =>
                client == crashed ? LeaseServer.Down(method, client) : Task.CompletedTask;
            await candidate.StopAsync();
            api.Holder.ShouldBe(crashed, "it has not released the lease");
        }

        api.Transitions.ShouldBe(9);
    }

    [Fact]
    public async Task Standby_on_same_machine_takes_over_after_process_end()
    {
        await using var api = await LeaseServer.StartAsync();
        api.Hold("the other");
        var hasEnded = false;
        await using var candidate = new Candidate(Electors.Of(api, _time, Electors.Options("this") with
        {
            HasEnded = _ => hasEnded,
        }));
        await api.NextAsync("GET this");
        (candidate.Leading.Task.IsCompleted, api.Holder).ShouldBe((false, "the other"));

        hasEnded = true;

        await candidate.Leading.Task.Bounded();
    }

    /// <summary>This process, on a machine that shows only what the test writes.</summary>
    private ProcessIdentity OnFakeMachine()
    {
        Directory.CreateDirectory(Path.Combine(_proc.FullName, "sys/kernel/random"));
        File.WriteAllText(Path.Combine(_proc.FullName, "sys/kernel/random/boot_id"), "b00t\n");
        Directory.CreateDirectory(Path.Combine(_proc.FullName, "self/ns"));
        File.CreateSymbolicLink(Path.Combine(_proc.FullName, "self/ns/pid"), "pid:[4026531836]");
        WriteStat(Environment.ProcessId);
        return new ProcessIdentity("machine", null, Environment.ProcessId, "bbbb", _proc.FullName);
    }

    private static string HolderOf(ProcessIdentity own)
    {
        own.Text.ShouldBe($"machine_boot.b00t.4026531836.{Environment.ProcessId}.777_bbbb");
        return $"machine_boot.b00t.4026531836.{NoProcess}.777_aaaa";
    }

    private void WriteStat(int process, string state = "S", int threads = 1)
    {
        var folder = _proc.CreateSubdirectory($"{process}").FullName;
        File.WriteAllText(
            Path.Combine(folder, "stat"),
            $"{process} (a) Z (b) {state} 1 1 1 0 -1 4194304 9 9 9 9 9 9 9 9 20 0 {threads} 0 777 1000 100\n");
    }
}
