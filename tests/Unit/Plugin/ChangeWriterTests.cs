using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What is written if the object changes between the question and the answer.</summary>
public sealed class ChangeWriterTests
{
    private readonly FakeKubernetes _api = new(WorldJson.Crds, TimeProvider.System);

    [Fact]
    public async Task Pause_is_written_although_another_step_runs_by_now()
    {
        var read = await CreateAsync("Backup/a");
        var change = RunControl.Pause(read);
        change.Sentence.ShouldContain("Backup/a finishes first.");
        await ReportAsync("Backup/b");

        var (written, _) = await ChangeWriter.WriteAsync(
            _api, read, change, RunControl.Pause, user: null, TestContext.Current.CancellationToken);

        written.Metadata.Annotations![Annotations.Pause].ShouldBe("true");
    }

    [Fact]
    public async Task Each_consent_says_who_gave_it_for_as_long_as_it_is_there()
    {
        const string One = "StopOld@01234567.1";
        const string Two = "DisableHA@01234567.1";
        const string Restore = "RestoreDatabases@01234567.1";
        var run = await CreateAsync("Backup/a");

        await ShouldClaimAsync(Annotations.Approve, One, "li.wei", $"{One} li.wei");
        await ShouldClaimAsync(Annotations.Approve, $"{Two},{One}", "Ana Maria", $"{One} li.wei\n{Two} Ana Maria");
        await ShouldClaimAsync(Annotations.Approve, $"{Two},{One}", "other", $"{One} li.wei\n{Two} Ana Maria");
        await ShouldClaimAsync(
            Annotations.Retry, Restore, "jo", $"{One} li.wei\n{Two} Ana Maria\nretry {Restore} jo");
        await ShouldClaimAsync(Annotations.Approve, Two, "other", $"{Two} Ana Maria\nretry {Restore} jo");
        await ShouldClaimAsync(Annotations.Retry, "Retry@01234567.2", "other", $"{Two} Ana Maria");
        await ShouldClaimAsync(Annotations.Approve, $"{Restore},{One}", user: null, claims: null);
        await ShouldClaimAsync(Annotations.Pause, "true", "other", claims: null);

        async Task ShouldClaimAsync(string annotation, string value, string? user, string? claims)
        {
            var change = new Change
            {
                Promise = "Changes.",
                Annotations = Change.One(annotation, value),
                Effect = static _ => null,
            };
            (run, _) = await ChangeWriter.WriteAsync(
                _api, run, change, _ => change, user, TestContext.Current.CancellationToken);
            run.Metadata.Annotation(Annotations.ApprovedBy).ShouldBe(claims);
        }
    }

    [Fact]
    public async Task Change_that_would_do_something_else_is_not_written()
    {
        var read = await CreateAsync("Backup/a");
        var change = TokenChange.Abort(read);
        await ReportAsync("StopOld/oms-a");

        var refused = await Should.ThrowAsync<CliException>(() => ChangeWriter.WriteAsync(
            _api, read, change, TokenChange.Abort, user: null, TestContext.Current.CancellationToken));

        (refused.ExitCode, refused.Message.Contains(
            "changed meanwhile, and nothing was written", StringComparison.Ordinal))
            .ShouldBe((ExitCodes.Refused, true), refused.Message);
        (await RunAsync()).Metadata.Annotations.ShouldBeNull();
    }

    [Fact]
    public async Task Change_that_is_not_taken_up_is_told_on_standard_error()
    {
        await CreateAsync("Backup/a");
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        using var invocation = new Invocation(CliRuns.Plain(output) with { Errors = errors }, _api, "oms");

        var code = await ChangeWriter.RunAsync(
            invocation, "up", TokenChange.Abort, isAgreed: true, TimeSpan.FromSeconds(1),
            TestContext.Current.CancellationToken);

        code.ShouldBe(ExitCodes.NotTakenUp);
        errors.ToString().ShouldBeWorded();
        output.ToString().ShouldNotContain("taken it up");
    }

    private async Task<Run> CreateAsync(string running)
    {
        await _api.CreateAsync(
            new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up", Namespace = "oms" }, Spec = OmsWorld.AnySpec },
            TestContext.Current.CancellationToken);
        return await ReportAsync(running);
    }

    private async Task<Run> ReportAsync(string running)
    {
        var present = (OmsUpgrade)(await RunAsync()).Entity;
        await _api.UpdateStatusAsync(
            present with
            {
                Status = new OmsUpgradeStatus
                {
                    Form = StatusForm.Current,
                    Phase = OmsUpgradePhases.Backup,
                    AbortUndoes = running == "StopOld/oms-a" ? null : true,
                    Active = [new ActiveStep { Id = running, State = StepState.Running }],
                    Plan = new StoredPlan
                    {
                        Hash = "sha256:0123456789abcdef",
                        Steps = [new StoredStep
                        {
                            Id = "StopOld/oms-a",
                            Action = "StopContainer",
                            State = running == "StopOld/oms-a" ? StepState.Running : StepState.Pending
                        }],
                    }.AsRun(),
                },
            },
            TestContext.Current.CancellationToken);
        return await RunAsync();
    }

    private async Task<Run> RunAsync() =>
        ShownKind.Read((await _api.GetAsync<OmsUpgrade>("up", "oms", TestContext.Current.CancellationToken))!)!;
}
