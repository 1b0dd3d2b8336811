namespace Drydock.Reconcilers.Upgrades;

/// <summary>Carries out what the flows decide for one object. A write goes over the version of the turn; if another
/// writer was faster, it throws, and the turn ends there.</summary>
internal sealed class TurnRunner<TEntity>(RunFrame frame, EntityWriter<TEntity> writer)
    where TEntity : class, IKubernetesObject
{
    private readonly RunKind _kind = frame.Kind;

    private readonly StatusWriter<TEntity, RunStatus> _statuses = new(
        writer.UpdateStatusAsync,
        frame.Services.Events,
        frame.Kind.Form.StatusJson,
        entity => frame.Kind.Form.Read(entity).Status,
        (entity, status) => (TEntity)frame.Kind.Form.WithStatus(entity, status));

    private readonly RunEvents<TEntity> _events = new(
        frame.Kind, frame.Services.Events, frame.Services.Loggers.CreateLogger<RunFrame>());

    /// <param name="decide">What is decided for the turn.</param>
    public async Task<RunStep> RunAsync(
        RunSession session, TEntity entity, Func<Turn, Decision> decide, CancellationToken cancellationToken)
    {
        var turn = frame.TurnOf(session, _kind.Form.Read(entity));
        var rest = new Stack<Func<Turn, RunStep, Decision>>();
        var decision = decide(turn);
        while (true)
        {
            switch (decision)
            {
                case Decision.Ended(var step):
                    if (!rest.TryPop(out var then))
                    {
                        return step;
                    }

                    decision = then(turn, step);
                    break;
                case Decision.Followed(var first, var next):
                    rest.Push(next);
                    decision = first;
                    break;
                case Decision.Writing(var status, var next):
                    turn = await WriteAsync(turn, status, always: false, cancellationToken);
                    decision = next(turn);
                    break;
                case Decision.Finalizing(var wanted, var next):
                    turn = await SetFinalizerAsync(turn, wanted, cancellationToken);
                    decision = next(turn);
                    break;
                case Decision.Advancing(var work, var next):
                    var outcome = await work.RunAsync(
                        frame,
                        turn,
                        async (status, always, token) => turn = await WriteAsync(turn, status, always, token),
                        cancellationToken);
                    decision = next(turn, outcome);
                    break;
                case Decision.Warning(var reason, var message, var next):
                    _events.Warning(turn.Entity, reason, message);
                    decision = next();
                    break;
                case Decision.Acting act:
                    decision = await act.CarryOutAsync(frame, turn, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException($"{decision.GetType().Name} is no decision.");
            }
        }
    }

    private async Task<Turn> WriteAsync(
        Turn turn, RunStatus status, bool always, CancellationToken cancellationToken)
    {
        var entity = (TEntity)turn.Entity.Entity;
        status = frame.Projection.Numbered(turn.Entity.Status, status);
        status = turn.Entity.Status?.Phase is null ? status with { Form = StatusForm.Current } : status;
        var next = !always && _statuses.IsStored(entity, status)
            ? null
            : _statuses.Fit(entity, RunTokens.Trim(turn.Entity, status), always);
        if (next is null)
        {
            return turn;
        }

        var begun = RunSpans.Of(next) is null ? RunSpans.Begin(_kind.Names.Kind, turn.Metadata, next) : null;
        next = next with { Traceparent = begun?.Id ?? next.Traceparent };
        var written = _kind.Form.Read(await _statuses.WriteAsync(entity, next, cancellationToken));
        begun?.Stop();
        _events.Report(turn.Entity, written);
        return frame.TurnOf(turn.Session, written);
    }

    private async Task<Turn> SetFinalizerAsync(Turn turn, bool wanted, CancellationToken cancellationToken)
    {
        var entity = (TEntity)turn.Entity.Entity;
        var written = wanted
            ? await writer.AddFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken)
            : await writer.RemoveFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken) ?? entity;
        return frame.TurnOf(turn.Session, _kind.Form.Read(written));
    }
}
