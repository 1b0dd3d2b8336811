namespace Drydock.Tests.Unit.Databases;

/// <summary>Whose a process is.</summary>
public sealed class InstanceProcessesTests
{
    private const string TiKV = "/data/deploy/bin/tikv-server";
    private static readonly InstanceTarget Target = HostCases.Target();

    [Theory]
    [InlineData("/elsewhere/tikv-server", "tikv-server --addr 0.0.0.0:20160", true)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --addr 0.0.0.0:120160", false)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --addr 0.0.0.0:201600", false)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --config /data/deploy/conf/tikv.toml", true)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --config /data/deploy2/conf/tikv.toml", false)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --config /mnt/data/deploy/conf/tikv.toml", false)]
    [InlineData("/elsewhere/tikv-server", "tikv-server --log=/tmp/x,/data/deploy,/tmp/y", true)]
    [InlineData(TiKV, "bin/tikv-server", true)]
    [InlineData(TiKV + " (deleted)", "bin/tikv-server", true)]
    [InlineData(TiKV + ".2.1.19", "bin/tikv-server", true)]
    [InlineData("/opt/new/bin/tikv-server", "bin/tikv-server", true)]
    [InlineData("/data/deploy/bin/tikv-server2", "bin/tikv-server2 --addr :20160", false)]
    [InlineData(TiKV, "bin/tikv-server -V", false)]
    [InlineData(TiKV, "bin/tikv-server --config /data/deploy/conf/tikv.toml --config-check", false)]
    public void Process_is_matched_by_program_and_port_or_directory(string executable, string arguments, bool isMine)
    {
        var found = Find([HostCases.Process(7, executable, arguments)]);

        found.Main?.Pid.ShouldBe(7);
        (found.Main is not null).ShouldBe(isMine);
        found.Strays.ShouldBeEmpty();
    }

    [Fact]
    public void Data_directory_decides_before_port_between_two_instances()
    {
        var (one, two) =
            (HostCases.Target(port: 20171, dataDir: "/data1/kv"), HostCases.Target(port: 20172, dataDir: "/data2/kv"));
        var process = HostCases.Process(
            7, "/data/deploy/bin/tikv-server", "bin/tikv-server --addr :20171 --data-dir /data2/kv");

        Find([process], one, [two]).Main.ShouldBeNull();
        Find([process], two, [one]).Main.ShouldNotBeNull();
    }

    [Fact]
    public void List_of_all_ports_does_not_match_each_instance()
    {
        var (one, two) =
            (HostCases.Target(port: 7100, program: "yb-master"), HostCases.Target(port: 7101, program: "yb-master"));
        var process = HostCases.Process(
            7, "/data/deploy/bin/yb-master",
            "bin/yb-master --master_addresses=h:7100,h:7101 --rpc_bind_addresses=h:7101");

        Find([process], one, [two]).Main.ShouldBeNull();
        Find([process], two, [one]).Main.ShouldNotBeNull();
    }

    [Fact]
    public void Deeper_deploy_directory_decides_between_two_instances()
    {
        var (outer, inner) =
            (HostCases.Target(port: 1, deployDir: "/data"), HostCases.Target(port: 2, deployDir: "/data/kv"));
        var process = HostCases.Process(7, "/data/kv/bin/tikv-server", "bin/tikv-server");

        Find([process], outer, [inner]).Main.ShouldBeNull();
        Find([process], inner, [outer]).Main.ShouldNotBeNull();
    }

    [Fact]
    public void Process_matching_two_instances_is_ambiguous_without_listener()
    {
        var (one, two) = (HostCases.Target(port: 1), HostCases.Target(port: 2));
        string[] lines = [HostCases.Process(7, TiKV, "bin/tikv-server --flagfile /etc/x")];

        Should.Throw<AmbiguousProcessException>(() => Find(lines, one, [two])).Pid.ShouldBe(7);
        Find([.. lines, "listener 7"], one, [two]).Main.ShouldNotBeNull();
        Find(lines, one, [two], supervised: null, hasSupervisor: true).Strays.ShouldBeEmpty();
    }

    [Fact]
    public void Process_unknown_to_supervisor_is_a_stray()
    {
        var found = Find(
            [
                HostCases.Process(7, TiKV, "bin/tikv-server --addr :20160"),
                HostCases.Process(8, "/old/bin/tikv-server", "/old/bin/tikv-server --addr :20160"),
                HostCases.Process(9, TiKV, "bin/tikv-server worker", parent: 7)
            ],
            supervised: 7,
            hasSupervisor: true);

        found.Main!.Pid.ShouldBe(7);
        found.Own.Select(p => p.Pid).ShouldBe([7, 9]);
        found.Strays.Select(p => p.Pid).ShouldBe([8]);
    }

    [Fact]
    public void Program_below_start_script_is_main_process()
    {
        var found = Find(
            [
                HostCases.Process(6, "/bin/bash", "bash scripts/run_tikv.sh"),
                HostCases.Process(7, TiKV, "bin/tikv-server --addr :20160", parent: 6)
            ],
            supervised: 6, hasSupervisor: true);

        found.Main!.Pid.ShouldBe(7);
        found.Own.Select(p => p.Pid).ShouldBe([7, 6], ignoreOrder: true);
        found.Strays.ShouldBeEmpty();
    }

    [Fact]
    public void Start_script_without_program_is_main_process()
    {
        var found = Find(
            [HostCases.Process(6, "/bin/bash", "bash scripts/run_tikv.sh")], supervised: 6, hasSupervisor: true);

        found.Main!.Path.ShouldBe("/bin/bash");
    }

    [Fact]
    public void Process_started_during_observation_is_no_stray()
    {
        var found = Find(
            [HostCases.Process(7, TiKV, "bin/tikv-server --addr :20160", began: 1000.01)], supervised: null,
            hasSupervisor: true);

        found.Main.ShouldBeNull();
        found.Strays.ShouldBeEmpty();
    }

    [Fact]
    public void Listening_process_without_supervisor_is_main_and_others_are_strays()
    {
        var found = Find(
            [
                HostCases.Process(7, TiKV, "bin/tikv-server --addr :20160", began: 50),
                HostCases.Process(8, TiKV, "bin/tikv-server --addr :20160", began: 60), "listener 8"
            ]);

        found.Main!.Pid.ShouldBe(8);
        found.Strays.Select(p => p.Pid).ShouldBe([7]);
    }

    [Fact]
    public void Foreign_program_on_port_is_only_reported_as_listener()
    {
        var report = HostCases.Look(HostCases.Process(7, "/usr/bin/nc", "nc -l 20160"), "listener 7");

        var found = InstanceProcesses.Of(report, Target, [], "/opt/new", null, hasSupervisor: false);

        (found.Main, found.Strays.Count, report.IsListening).ShouldBe((null, 0, true));
        report.Listeners.ShouldBe([7]);
    }

    [Fact]
    public void Listener_of_service_without_known_program_is_its_process()
    {
        var grafana = HostCases.Target(program: "", port: 3000) with { Component = null };

        Find([HostCases.Process(7, "/opt/grafana/bin/grafana-server", "grafana-server"), "listener 7"], grafana)
            .Main!.Pid.ShouldBe(7);
    }

    private static InstanceProcesses Find(
        string[] lines, InstanceTarget? target = null, InstanceTarget[]? others = null, int? supervised = null,
        bool hasSupervisor = false) =>
        InstanceProcesses.Of(
            HostCases.Look(lines), target ?? Target, others ?? [], "/opt/new", supervised, hasSupervisor);
}
