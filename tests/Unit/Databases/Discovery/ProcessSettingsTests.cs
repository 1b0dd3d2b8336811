namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>What a process on a host tells of its instance, and where it is not certain.</summary>
public sealed class ProcessSettingsTests
{
    [Fact]
    public void Unit_with_process_as_main_is_its_control()
    {
        var process = Read(
            Line(
                17, "tikv-server", "/data1/deploy/bin/tikv-server",
                arguments: "bin/tikv-server --addr 0.0.0.0:20171 --data-dir /data1/deploy/data --config conf/tikv.toml",
                cwd: "/data1/deploy"),
            "unit 17 tikv-20171.service 17",
            "port 17 4EDB",
            "port 17 4EDB");

        var settings = ProcessSettings.Of(process, DatabaseComponent.TiKV);

        (process.Ports, settings.DeployDir, settings.DataDir, settings.ConfigFile)
            .ShouldBe((process.Ports, "/data1/deploy", "/data1/deploy/data", null));
        process.Ports.ShouldBe([20187]);
        settings.Control.ShouldNotBeNull().Unit.ShouldBe("tikv-20171.service");
    }

    [Fact]
    public void Unit_whose_main_process_started_it_is_its_control()
    {
        var process = Read(
            Line(17, "tidb-server", "/d/bin/tidb-server"), "unit 17 tidb-4000.service 16",
            $"starter 17 16 {HostCases.Base64("/d")} {HostCases.Base64("/bin/bash\0run_tidb.sh\0")}");

        ProcessSettings.Of(process, DatabaseComponent.TiDB).Control!.Unit.ShouldBe("tidb-4000.service");
    }

    [Fact]
    public void Supervise_above_process_is_its_control()
    {
        var process = Read(
            Line(17, "pd-server", "/d/bin/pd-server"),
            $"starter 17 9 {HostCases.Base64("/d/status/pd")} {HostCases.Base64("bin/supervise\0/d/status/pd\0")}");

        ProcessSettings.Of(process, DatabaseComponent.PD).Control!.Supervise.ShouldBe("/d/status/pd");
    }

    [Fact]
    public void Link_by_which_process_was_started_is_deploy_directory()
    {
        var started = Read(
            Line(3, "yb-master", "/opt/yugabyte-2.18/bin/yb-master", started: "/opt/yb/bin/yb-master"), "link 3",
            "unit 3 yb-master.service 3");
        var replaced = Read(
            Line(
                3, "yb-master", "/opt/yugabyte-2.18/bin/yb-master (deleted)", started: "/opt/yb/bin/yb-master",
                real: "/opt/yugabyte-2.20/bin/yb-master"),
            "link 3", "unit 3 yb-master.service 3");

        ProcessSettings.Of(started, DatabaseComponent.Master).DeployDir.ShouldBe("/opt/yb");
        ProcessSettings.Of(replaced, DatabaseComponent.Master).DeployDir.ShouldBe("/opt/yugabyte-2.18");
    }

    [Fact]
    public void Linked_bin_of_yugabyte_is_link_of_control()
    {
        var process = Read(
            Line(
                3, "yb-tserver", "/home/yugabyte/yb-software/2.18/bin/yb-tserver",
                started: "/home/yugabyte/tserver/bin/yb-tserver"),
            "bin 3", "unit 3 yb-tserver.service 3");

        var settings = ProcessSettings.Of(process, DatabaseComponent.Tserver);

        (settings.DeployDir, settings.Control!.Link).ShouldBe(("/home/yugabyte/tserver", "bin"));
    }

    [Fact]
    public void Plain_process_is_started_by_its_own_command_line()
    {
        var yugabyte = Read(Line(
            3, "mserver", "/opt/bm-2.16/bin/mserver", arguments: "/opt/bm-2.16/bin/mserver --flagfile /etc/m.conf"));
        var tidb = Read(Line(4, "drainer", "/d/bin/drainer", arguments: "bin/drainer -addr 10.0.1.5:8249", cwd: "/d"));

        ProcessSettings.Of(yugabyte, DatabaseComponent.Master).Control!.Command
            .ShouldBe(["{directory}/bin/mserver", "--flagfile", "/etc/m.conf"]);
        ProcessSettings.Of(tidb, DatabaseComponent.Drainer).Control!.Command
            .ShouldBe(["/d/bin/drainer", "-addr", "10.0.1.5:8249"]);
    }

    [Theory]
    [InlineData("unit 3 cron.service 9", "--flagfile /etc/m.conf", null)]
    [InlineData("starter 3 2 L2Q= L2Q=", "--flagfile /etc/m.conf", "started by another process")]
    [InlineData("unit 3 cron.service 9", "--password=Sekret-77", "may contain a secret")]
    [InlineData("unit 3 cron.service 9", "--x={port}", "contains {")]
    public void Process_without_supervisor_is_certain_only_if_nothing_else_may_start_it(
        string more, string arguments, string? problem)
    {
        var settings = ProcessSettings.Of(
            Read(Line(3, "mserver", "/o/bin/mserver", arguments: $"/o/bin/mserver {arguments}"), more),
            DatabaseComponent.Master);

        (settings.Control is null).ShouldBe(problem is not null);
        if (problem is not null)
        {
            settings.ControlProblem.ShouldNotBeNull().ShouldContain(problem);
            settings.ControlProblem.ShouldNotContain("Sekret");
        }
    }

    [Fact]
    public void Scripts_beside_process_are_a_question()
    {
        var process = Read(
            Line(3, "drainer", "/d/bin/drainer"), $"script 3 {HostCases.Base64("/d/scripts/start_drainer.sh")}",
            $"script 3 {HostCases.Base64("/d/scripts/stop_drainer.sh")}");

        var settings = ProcessSettings.Of(process, DatabaseComponent.Drainer);

        settings.Control.ShouldBeNull();
        settings.ControlProblem.ShouldBeWorded();
    }

    [Fact]
    public void Program_outside_bin_leaves_directory_unknown()
    {
        var settings = ProcessSettings.Of(
            Read(Line(3, "tikv-server", "/usr/local/sbin/tikv-server"), "unit 3 tikv.service 3"),
            DatabaseComponent.TiKV);

        settings.DeployDir.ShouldBeNull();
        settings.DeployDirProblem.ShouldNotBeNull().ShouldContain("/usr/local/sbin/tikv-server");
    }

    [Fact]
    public void Unreadable_process_line_is_refused() =>
        Should.Throw<HostException>(() => HostProcess.Read(HostCases.Host, HostCases.Answer("process 3 tikv-server")));

    private static HostProcess Read(params string[] lines) =>
        HostProcess.Read(HostCases.Host, HostCases.Answer(lines)).ShouldHaveSingleItem();

    private static string Line(
        int pid, string program, string executable, string? started = null, string? real = null,
        string? arguments = null, string cwd = "/")
    {
        string[] texts =
        [
            executable, started ?? executable, real ?? executable, cwd,
            (arguments ?? executable).Replace(' ', '\0') + "\0"
        ];
        return $"process {pid} {program} {string.Join(' ', texts.Select(HostCases.Base64))}";
    }
}
