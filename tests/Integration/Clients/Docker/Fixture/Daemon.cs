namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A child that tells on its stderr when it is ready.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Daemon(Process process, string[] readyWords)
    {
        _process = process;
        _reading = ReadAsync(readyWords);
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public static async Task<Daemon> StartAsync(string[] readyWords, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var daemon = new Daemon(Process.Start(start)!, readyWords);
        await daemon._ready.Task;
        return daemon;
    }

    /// <summary>SIGKILL, to this one process.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public Task SignalAsync(string signal) =>
        FixtureShell.RunAsync(
            "kill", "-s", signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(string[] readyWords)
    {
        var missing = readyWords.ToList();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }

            missing.RemoveAll(words => line.Contains(words, StringComparison.Ordinal));
            if (missing.Count == 0)
            {
                _ready.TrySetResult();
            }
        }

        _ready.TrySetException(new InvalidOperationException(
            $"the daemon ended before it was ready: {string.Join('\n', _lines.TakeLast(20))}"));
    }
}
