namespace Drydock.Reconcilers.Oms;

/// <summary>Judgement of a run of docker_init.sh.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="LastStep">The last step it announced (<c>【步骤二】…</c>), or null.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record DockerInitVerdict(DockerInitOutcome Outcome, string? LastStep, string Message);
