namespace Drydock.Reconcilers.Upgrades;

/// <summary>One pass over the targets, within spec.timeouts.preflight and the leadership of this process.</summary>
internal sealed class PreflightPass(RunFrame frame)
{
    public async Task<PreflightResult<IRunDiscovery>> RunAsync(TargetsHold held, RunObject entity)
    {
        await Task.Yield();
        var targets = held.Targets;
        var timeout = frame.Kind.PreflightTimeout(entity.Spec);
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit.Parse(timeout), frame.Services.Time);
            if (entity.Spec.Window is { } window && !WindowClock.IsKnown(window))
            {
                return Found(new Finding
                {
                    Reason = Reasons.InvalidSpec,
                    Field = "spec.window.timeZone",
                    Message = $"Unknown time zone '{window.TimeZone}' in spec.window.timeZone. "
                        + "Use an IANA name such as Asia/Shanghai.",
                });
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, frame.Services.Fence.Ended);
            return await targets.PreflightAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return Found(new Finding
            {
                Reason = Reasons.StepTimeout,
                Message = $"Preflight did not finish within {timeout} (spec.timeouts.preflight). A target answers too "
                    + "slowly.",
            });
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Found(new Finding
            {
                Reason = Reasons.InternalError,
                Message = targets.Redact($"Preflight failed unexpectedly: {exception.Message}"),
            });
        }
        finally
        {
            await held.DisposeAsync();

            // Outside this task, so that the woken caller finds it finished; on the scheduler of the caller, like the
            // jobs of the engine.
            _ = Task.Factory.StartNew(
                () => frame.Store.Wake(entity),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Current);
        }

        static PreflightResult<IRunDiscovery> Found(Finding finding) => new(null, [finding]);
    }
}
