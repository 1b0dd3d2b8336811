namespace Drydock.Tests.Unit.Databases;

/// <summary>What counts as an answer of a host, and what does not.</summary>
public sealed class ScriptAnswerTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(0, "one 1\n")]
    [InlineData(1, "one 1\nend\n")]
    [InlineData(0, "one 1\nend\nmore\n")]
    [InlineData(127, "")]
    public void Script_output_without_final_end_line_is_refused(int exitCode, string output)
    {
        var trouble = Should.Throw<HostException>(() => Read(output, exitCode, "sh: stat: not found"));

        (trouble.Reason, trouble.MayHaveRun).ShouldBe((Reasons.StepFailed, true));
        trouble.Message.ShouldBeWorded();
    }

    [Fact]
    public void Refusal_line_wins_over_earlier_output()
    {
        var refusal = Should.Throw<ScriptRefusal>(
            () => Read("one 1\n\nrefused NoSpace\ncp: no room\nfor this\n", 0, "from sudo"));

        refusal.Code.ShouldBe("NoSpace");
        refusal.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("NoSpace", Reasons.NoSpace, false)]
    [InlineData("Late", Reasons.HostUnreachable, true)]
    [InlineData("Privileges", Reasons.AccessDenied, false)]
    [InlineData("Unexpected", Reasons.TargetChanged, false)]
    [InlineData("Corrupt", Reasons.PackageCorrupt, false)]
    [InlineData("Missing", Reasons.PackageMissing, false)]
    [InlineData("Supervisor", Reasons.ControlMismatch, true)]
    [InlineData("NoLink", Reasons.ControlMismatch, false)]
    [InlineData("Busy", Reasons.HostUnreachable, true)]
    public void Script_refusal_maps_to_api_reason_and_names_host(string code, string reason, bool retryable)
    {
        var trouble = HostErrors.Of("h1", "swapping x", "tidb", new ScriptRefusal(code, "because."));

        (trouble.Reason, trouble.IsRetryable, trouble.Host).ShouldBe((reason, retryable, "h1"));
        trouble.Message.ShouldStartWith("h1: swapping x: because. ");
    }

    [Theory]
    [InlineData(RemoteRefusal.HostKey, "x", Reasons.HostKeyRefused, false)]
    [InlineData(RemoteRefusal.Sudo, "x", Reasons.SudoRefused, false)]
    [InlineData(RemoteRefusal.Authentication, "x", Reasons.AccessDenied, false)]
    [InlineData(RemoteRefusal.Connection, "x", Reasons.HostUnreachable, true)]
    [InlineData(RemoteRefusal.Corrupt, "x", Reasons.PackageCorrupt, false)]
    [InlineData(RemoteRefusal.RemoteCommand, "cat: write error: No space left on device", Reasons.NoSpace, false)]
    [InlineData(RemoteRefusal.RemoteCommand, "somebody else writes it", Reasons.StepFailed, true)]
    public void Ssh_refusal_maps_to_api_reason(RemoteRefusal refusal, string message, string reason, bool retryable)
    {
        var trouble = HostErrors.Of("h1", new RemoteException(message, refusal, mayHaveRun: true));

        (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun).ShouldBe((reason, retryable, true));
        trouble.Message.ShouldContain(message);
    }

    [Fact]
    public void Checksum_is_cached_by_file_identity_unless_file_is_fresh()
    {
        var sums = new ProgramSums();
        var first = sums.Ask();
        first.Known.ShouldBe("");
        first.Learn(HostCases.Answer($"sum 1:2:3 {HostCases.Old}", $"fresh 9:9:9 {HostCases.New}"));
        first.Of("9:9:9", HostCases.Answer()).ShouldBe(HostCases.New);

        var second = sums.Ask();

        second.Known.ShouldBe("1:2:3");
        second.Of("1:2:3", HostCases.Answer()).ShouldBe(HostCases.Old);
        second.Of("-", HostCases.Answer()).ShouldBeNull();
        Should.Throw<HostException>(() => second.Of("4:5:6", HostCases.Answer()));
        Should.Throw<HostException>(() => second.Learn(HostCases.Answer("sum 7:8:9 abc")));
    }

    [Theory]
    [InlineData("look 2")]
    [InlineData("look 1\nuser u\nboot b\nup x\ntick 100\nbtime 1")]
    [InlineData("look 1\nuser u\nboot b\nup 1\nseen 1\ntick 100")]
    [InlineData("look 1\nuser u\nboot b\nup 1\ntick 100\nbtime 1")]
    [InlineData("look 1\nuser u\nboot b\nup 1\nseen 1\ntick 100\nbtime 1\nprocess 1 2")]
    [InlineData("look 1\nuser u\nboot b\nup 1\nseen 1\ntick 100\nbtime 1\nprocess 1 2 3 - !! -")]
    [InlineData("look 1\nuser u\nboot b\nup 1\nseen 1\ntick 100\nbtime 1\nprocess 1 -2 3 - - -")]
    [InlineData("look 1\nuser u\nboot b\nup 1\nseen 1\ntick 100\nbtime 1\nlistener x")]
    public void Malformed_host_report_is_refused(string lines) =>
        Should.Throw<HostException>(
            () => HostReport.Read(HostCases.Answer(lines.Split('\n')), new ProgramSums().Ask()));

    [Fact]
    public void HostReport_parses_processes_listeners_and_installed_files()
    {
        var report = HostCases.Look(
            HostCases.Process(7, "/a b/tikv-server (deleted)", "tikv-server --x y", began: 12.34), "listener 7",
            "listener -", "installed new", $"link {HostCases.Base64("../v2")}");

        report.Processes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            p => (p.Pid, p.Start, p.Path, p.Sha256, p.Identity)
                .ShouldBe((7, 1234L, "/a b/tikv-server", HostCases.Old, "7:1234")),
            p => p.Arguments.ShouldBe(["tikv-server", "--x", "y"]),
            p => p.StartedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1700000012340)));
        (report.IsListening, report.InstalledSha256, report.LinkTarget, report.Boot)
            .ShouldBe((true, HostCases.New, "../v2", "b-1"));
        report.Listeners.ShouldBe([7]);
    }

    [Fact]
    public void Command_lines_that_were_read_together_are_told_apart()
    {
        var commands = "commands " + HostCases.Base64(
            "==> /proc/7/cmdline <==\na b\0--x\nc\0\n==> /proc/8/cmdline <==\n\n==> /proc/9/cmdline <==\nd\0");
        var report = HostCases.Look(
            commands, "process 7 100 1 old =/a b/x (deleted) *", "process 8 100 1 - =/b *", "process 9 100 1 - =/c *",
            "process 10 100 1 - =/d *");

        report.Processes.Select(p => p.Arguments).ShouldBe([["a b", "--x\nc"], [], ["d"], []]);
        report.Processes[0].Path.ShouldBe("/a b/x");
    }

    [Fact]
    public void Command_line_that_pretends_to_be_another_one_is_refused()
    {
        var commands = "commands " + HostCases.Base64(
            "==> /proc/7/cmdline <==\na\n==> /proc/8/cmdline <==\nb\0\n==> /proc/8/cmdline <==\nc\0");

        Should.Throw<HostException>(() => HostCases.Look(commands, "process 8 100 1 - =/b *"))
            .Message.ShouldContain("process 8");
    }

    [Fact]
    public void Answer_about_several_instances_is_read_for_each()
    {
        var answer = HostCases.Answer(
            "look 1", "process 7", "instance", "pids 7", "listener 7", "instance", "pids", "host", "seen 2");

        answer.Parts(2).Select(p => string.Join('|', p.Lines)).ShouldBe(
            ["look 1|process 7|seen 2|pids 7|listener 7", "look 1|process 7|seen 2|pids"]);
        Should.Throw<HostException>(() => answer.Parts(3));
    }

    [Fact]
    public void Ending_process_without_program_counts_as_running()
    {
        var report = HostCases.Look("process 7 100 1 - + -", "listener 7");

        report.Processes.ShouldHaveSingleItem().IsEnding.ShouldBeTrue();
        InstanceProcesses.Of(report, HostCases.Target(), [], null, null, hasSupervisor: false).Main.ShouldNotBeNull();
    }

    private static ScriptAnswer Read(string output, int exitCode, string errors) =>
        ScriptAnswer.Read("h1", "asking", new RemoteResult(exitCode, output, errors));
}
