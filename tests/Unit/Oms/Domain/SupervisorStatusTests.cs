namespace Drydock.Tests.Unit.Oms;

public sealed class SupervisorStatusTests
{
    private const string Healthy = """
        nginx                            RUNNING   pid 905, uptime 3 days, 5:40:09
        oms_console                      RUNNING   pid 907, uptime 0:00:11
        oms_drc_cm                       RUNNING   pid 1001, uptime 0:00:11
        oms_drc_supervisor               RUNNING   pid 12, uptime 0:00:11
        sshd                             RUNNING   pid 9, uptime 0:00:11
        """;

    [Fact]
    public void Healthy_node_status_is_parsed()
    {
        var status = SupervisorStatus.Parse(Healthy);

        status.NotRunning(OmsPrograms.All).ShouldBeEmpty();
        status.OtherLines.ShouldBeEmpty();
        status.Find(OmsPrograms.Nginx).ShouldBe(new SupervisorProgram("nginx", SupervisorState.Running, 905));
    }

    [Theory]
    [InlineData("oms_console STOPPED   Mar 01 02:03 PM", nameof(SupervisorState.Stopped))]
    [InlineData("oms_console STOPPED   Not started", nameof(SupervisorState.Stopped))]
    [InlineData("oms_console STARTING", nameof(SupervisorState.Starting))]
    [InlineData("oms_console STARTING   ", nameof(SupervisorState.Starting))]
    [InlineData(
        "oms_console BACKOFF   Exited too quickly (process log may have details)", nameof(SupervisorState.Backoff))]
    [InlineData("oms_console STOPPING", nameof(SupervisorState.Stopping))]
    [InlineData("oms_console EXITED    Mar 01 02:03 PM", nameof(SupervisorState.Exited))]
    [InlineData("oms_console FATAL     can't find command '/x'", nameof(SupervisorState.Fatal))]
    [InlineData("oms_console UNKNOWN", nameof(SupervisorState.Unknown))]
    [InlineData("\u001b[31moms_console\u001b[0m FATAL     unknown error\r", nameof(SupervisorState.Fatal))]
    [InlineData("oms:oms_console FATAL  x", nameof(SupervisorState.Fatal))]
    public void Supervisor_states_are_parsed(string line, string state)
    {
        var status = SupervisorStatus.Parse(line + "\n");

        status.StateOf(OmsPrograms.Console).ShouldBe(Enum.Parse<SupervisorState>(state));
        status.IsRunning(OmsPrograms.Console).ShouldBeFalse();
        status.NotRunning([OmsPrograms.Console]).ShouldHaveSingleItem()
            .ShouldBe($"oms_console {Enum.Parse<SupervisorState>(state).ToString().ToUpperInvariant()}");
    }

    [Fact]
    public void Lines_without_a_program_are_kept_separately()
    {
        var status = SupervisorStatus.Parse(
            "警告：时区未设置 RUNNING\nbash: warning: setlocale: cannot change locale\n\u0000\u0001garbage\nnginx RUNNING   "
            + "pid 905, uptime 3 days, 5:40:09\noms_console RUNNINGX\n");

        status.Programs.ShouldHaveSingleItem().Name.ShouldBe("nginx");
        status.OtherLines.Count.ShouldBe(4);
        status.NotRunning([OmsPrograms.Nginx, OmsPrograms.Sshd]).ShouldBe(["sshd (not listed)"]);
    }

    [Fact]
    public void Unanswered_supervisorctl_has_no_programs()
    {
        var status = SupervisorStatus.Parse("unix:///var/run/supervisor/supervisor.sock no such file\n");

        status.Answered.ShouldBeFalse();
        status.NotRunning(OmsPrograms.All).ShouldNotBeEmpty();
        status.OtherLines.ShouldHaveSingleItem().ShouldContain("no such file");
    }
}
