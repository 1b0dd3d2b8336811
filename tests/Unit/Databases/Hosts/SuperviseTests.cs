namespace Drydock.Tests.Unit.Databases;

/// <summary>What svstat's words mean.</summary>
public sealed class SuperviseTests
{
    [Theory]
    [InlineData("up (pid 17) 3 seconds", nameof(SupervisionState.Active), 17)]
    [InlineData("up (pid 17) 3 seconds, normally down", nameof(SupervisionState.Active), 17)]
    [InlineData("up (pid 17) 3 seconds, want down", nameof(SupervisionState.Active), 17)]
    [InlineData("up pid 12345, 100 seconds", nameof(SupervisionState.Active), 12345)]
    [InlineData("down 3 seconds, normally up", nameof(SupervisionState.Inactive), null)]
    [InlineData("down 0 seconds, normally up, want up", nameof(SupervisionState.Restarting), null)]
    [InlineData("down 1 seconds", nameof(SupervisionState.Inactive), null)]
    [InlineData("unable to chdir: file does not exist", nameof(SupervisionState.Missing), null)]
    [InlineData("unable to open supervise/ok: file does not exist", nameof(SupervisionState.Missing), null)]
    [InlineData("supervise not running", nameof(SupervisionState.Missing), null)]
    public void Svstat_output_is_parsed_into_state_and_pid(string text, string state, int? pid)
    {
        var kept = Read(text);

        (kept.State, kept.Pid, kept.Text).ShouldBe((Enum.Parse<SupervisionState>(state), pid, text));
    }

    [Theory]
    [InlineData("unable to open supervise/ok: access denied", "become: Sudo")]
    [InlineData("unable to read supervise/status: bad format", "bad format")]
    [InlineData("up for ever", "up for ever")]
    [InlineData("upside down", "upside down")]
    public void Unreadable_svstat_output_is_reported(string text, string says) =>
        Should.Throw<HostException>(() => Read(text)).Message.ShouldContain(says);

    [Fact]
    public void ServiceDirectory_may_be_relative_to_deployDir()
    {
        new SuperviseManager(Target("status/pd")).ServiceDirectory.ShouldBe("/data/deploy/status/pd");
        new SuperviseManager(Target("/service/pd")).ServiceDirectory.ShouldBe("/service/pd");
    }

    private static ManagedProcess Read(string text) =>
        new SuperviseManager(Target("status/pd")).Read(HostCases.Look($"svstat {text}"));

    private static InstanceTarget Target(string directory) =>
        HostCases.Target(control: new InstanceControl { Supervise = new SuperviseControl { Directory = directory } });
}
