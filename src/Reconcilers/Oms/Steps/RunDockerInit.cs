namespace Drydock.Reconcilers.Oms;

/// <summary>Runs docker_init.sh (docs/project/research/oms.md#initialisation). The marker line in the output of this
/// run decides; the exit code is stored (its meaning is not documented). A retry may repeat it after a run that
/// provably failed, unless that run met a schema that was changed before. What the version data knows of a failure is
/// added to its message.</summary>
/// <param name="UnlistedPath">The upgrade path, if the vendor does not list it: it is part of what is approved, so
/// the plan hash differs.</param>
/// <param name="SuccessMarker">The last line of a successful run.</param>
/// <param name="KnownFailures">Failures that the vendor describes for this version.</param>
[Acceptable(OnlyIf = "if it ended with exit code 0 and only its success line is missing, or the container has "
    + "initialised itself")]
internal sealed record RunDockerInit(
    string Container,
    string SuccessMarker,
    string? UnlistedPath = null,
    List<KnownFailure>? KnownFailures = null) : RunOnceCommand(Container)
{
    /// <summary>Fact: the script printed its marker but ended with an exit code other than 0.</summary>
    public const string WarningFact = "warning";

    private const int LongestFlag = 4096;

    private static readonly string[] Command = ["/bin/bash", DockerInit.ScriptPath];

    internal override int Attempts => 1;
    internal override RetryRule Retry => RetryRule.RepeatAfterProvenFailure;
    internal override bool IsPointOfNoReturn => true;
    internal override string Title(string? node) => $"Run docker_init.sh on {node}";
    internal override string Runs => Exec(Container, Command);

    protected override Task<(string Directory, IReadOnlyList<string> Command)> CommandAsync(
        StepContext context, InspectedContainer container, CancellationToken cancellationToken) =>
        Task.FromResult<(string, IReadOnlyList<string>)>(("/root", Command));

    // Newer images initialise themselves at their start and say so in this file. After a run of this step it may be the
    // script's own.
    protected override async Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Step.Attempt > 1
            || await Docker(context).Containers.ReadFileAsync(
                Container, DockerInit.FlagPath, LongestFlag, cancellationToken) is not { Length: > 0 } flag)
        {
            return null;
        }

        return new Failed(
            Reasons.AlreadyInitialized,
            $"{Container} on {context.Node} has initialised itself: {DockerInit.FlagPath} says "
            + $"'{ForeignText.Words(Encoding.UTF8.GetString(flag), SchemaLimits.Name)}'. docker_init.sh was not "
            + "run: twice may damage the metadata. Read its log under /home/admin/logs. If it is complete, accept "
            + "this result. If the vendor wants the script to run, remove the file "
            + $"(`docker exec {Container} rm {DockerInit.FlagPath}`) and retry.");
    }

    protected override Observation Judge(StepContext context, int exitCode, string log)
    {
        var verdict = DockerInit.Judge(log, exitCode, SuccessMarker);
        var errors = Errors(log);
        return verdict.Outcome switch
        {
            DockerInitOutcome.Failed when verdict.IsHalfMigrated => new Failed(
                Reasons.RestoreRequired,
                Sentences.Join(
                    $"{context.Node}: {verdict.Message}",
                    Excerpt(log),
                    "The schema is half migrated: restore the snapshot first.")),
            DockerInitOutcome.Failed => new Failed(
                Reasons.MarkerMissing,
                Sentences.Join(
                    $"{context.Node}: {verdict.Message}",
                    Excerpt(log),
                    Known(log),
                    errors is null || exitCode != 0 ? null : $"It cannot be accepted, because of {errors}"))
            {
                // What may be accepted is the word at its end, not an error of its tools.
                ExitCode = errors is null ? exitCode : null,
            },
            DockerInitOutcome.SuccessWithWarning =>
                new Done(verdict.Message, Entry(WarningFact, "true")),
            _ => new Done(verdict.Message),
        };
    }

    // A half-migrated schema has another reason.
    protected override bool MayBeAccepted(Observation.Failed failure) =>
        failure is { Reason: Reasons.MarkerMissing, ExitCode: 0 } or { Reason: Reasons.AlreadyInitialized };

    private string Known(string log) => string.Join(
        ' ',
        (KnownFailures ?? [])
            .Where(f => log.Contains(f.Output, StringComparison.Ordinal))
            .Select(f => $"Its output says '{f.Output}'. {f.Advice}"));
}
