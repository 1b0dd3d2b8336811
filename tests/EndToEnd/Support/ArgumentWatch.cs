namespace Drydock.Tests.EndToEnd.Support;

/// <summary>
/// Sees what anybody on the machine could see of a process and all its descendants: their arguments and, as root, their
/// environment.
/// </summary>
public sealed class ArgumentWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _environment;
    private readonly Task _watching;

    /// <summary>Begins to watch.</summary>
    /// <param name="process">Id of the process.</param>
    /// <param name="environment">Whether their environment is looked at too, which only they and root can.</param>
    public ArgumentWatch(int process, bool environment = true)
    {
        _environment = environment;
        _watching = WatchAsync(process);
    }

    /// <summary>Ends the watch and gives what was seen.</summary>
    public async Task<string> EndAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        return string.Join('\n', _seen);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    // By the kernel's own lists, thread by thread: cheap enough to look so often.
    private static IEnumerable<string> Children(string process) =>
        Directory.EnumerateDirectories(Path.Combine(process, "task"))
            .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => $"/proc/{child}");

    private async Task WatchAsync(int process)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        while (!_stop.IsCancellationRequested)
        {
            Look(root);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    // A process is read again as long as it lives: it may not have become what it was started for yet.
    private void Look(string process)
    {
        try
        {
            foreach (var child in Children(process))
            {
                // Between fork and exec a child is a copy of its parent, environment included. The arguments are read
                // first: once they are its own, so is the rest.
                var arguments = File.ReadAllText(Path.Combine(child, "cmdline")).Replace('\0', ' ');
                if (arguments != File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '))
                {
                    _seen.Add(arguments);
                    if (_environment)
                    {
                        _seen.Add(File.ReadAllText(Path.Combine(child, "environ")).Replace('\0', ' '));
                    }
                }

                Look(child);
            }
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
        }
    }
}
