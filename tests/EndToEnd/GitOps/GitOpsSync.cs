using System.Diagnostics;

namespace Drydock.Tests.EndToEnd.GitOps;

/// <summary>
/// What a GitOps tool does with one manifest: it applies it again and again, whatever has happened to the object. Argo
/// CD applies client-side or server-side; Flux server-side. kubectl works as hard as the API server, so it is given a
/// quarter of the time at most.
/// </summary>
internal sealed class GitOpsSync : IAsyncDisposable
{
    private const int Rest = 3;
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);

    private readonly ControlPlane _controlPlane;
    private readonly string[] _apply;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _failures = [];
    private readonly Lock _gate = new();
    private readonly Task _loop;
    private string _manifest;
    private TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isPaused;

    public GitOpsSync(ControlPlane controlPlane, JsonObject manifest, bool serverSide)
    {
        _controlPlane = controlPlane;
        _manifest = manifest.ToJsonString();
        _apply = serverSide
            ? [
                "apply", "--server-side", "--field-manager=argocd-controller", "--force-conflicts", "--validate=false",
                "-f", "-"]
            : ["apply", "--validate=false", "-f", "-"];
        _loop = LoopAsync();
    }

    /// <summary>What kubectl said when it could not apply the manifest.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>A commit to Git: from now on this manifest is applied. Returns when it was.</summary>
    public async Task CommitAsync(JsonObject manifest)
    {
        lock (_gate)
        {
            _manifest = manifest.ToJsonString();
        }

        await AppliedAsync(2);
    }

    /// <summary>Nothing is applied until <see cref="Resume"/>.</summary>
    public void Pause() => SetPaused(true);

    /// <summary>The manifest is applied again.</summary>
    public void Resume() => SetPaused(false);

    /// <summary>Returns when the manifest was applied so many times more. The first may have begun before.</summary>
    public async Task AppliedAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Task next;
            lock (_gate)
            {
                next = _applied.Task;
            }

            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void SetPaused(bool isPaused)
    {
        lock (_gate)
        {
            _isPaused = isPaused;
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                string? manifest;
                lock (_gate)
                {
                    manifest = _isPaused ? null : _manifest;
                }

                if (manifest is not null)
                {
                    await ApplyAsync(manifest);
                }

                var rest = Stopwatch.GetElapsedTime(began) * Rest;
                await Task.Delay(rest > ShortestRest ? rest : ShortestRest, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ApplyAsync(string manifest)
    {
        var result = await _controlPlane.TryKubectlAsync(_apply, manifest, _stop.Token);
        lock (_gate)
        {
            if (result.ExitCode != 0)
            {
                _failures.Add(result.Error);
            }

            _applied.TrySetResult();
            _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
