using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// A child that dies with this process: started through <c>setpriv --pdeathsig KILL</c> from a thread of its own that
/// lives as long as the child, because the kernel ties the signal to the thread that forked (prctl(2)).
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int KeptErrorBytes = 16 * 1024;
    private const int PipeBytes = 1024 * 1024;

    private readonly Process _process;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _errors = new();
    private readonly string _redact;

    private ChildProcess(Process process, string redact)
    {
        _process = process;
        _redact = redact;
    }

    /// <summary>Its pid; setpriv becomes the program.</summary>
    internal int Id { get; private set; }

    internal Stream StandardInput => _process.StandardInput.BaseStream;

    internal Stream StandardOutput => _process.StandardOutput.BaseStream;

    /// <summary>Standard output for who reads nothing else from it and has a thread to wait in.</summary>
    internal ChildOutput Output => new(this);

    /// <summary>The exit code, once it has ended and its error output is read.</summary>
    internal Task<int> Exited => _exited.Task;

    /// <summary>The end of what it wrote to standard error, with the secret taken out.</summary>
    internal string ErrorText
    {
        get
        {
            lock (_errors)
            {
                var text = _errors.ToString().Trim();
                return _redact.Length == 0 ? text : text.Replace(_redact, "***", StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _ = Exited.ContinueWith(_ => Close(), TaskScheduler.Default);
    }

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ToolMissing"/>: setpriv could not be
    /// started.</exception>
    internal static ChildProcess Start(string setPriv, string program, IEnumerable<string> arguments, string redact)
    {
        var start = new ProcessStartInfo(setPriv)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // Nothing of our own environment: it may hold secrets, and MYSQL_* or a locale would change what the tools do.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path ?? "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = "/nonexistent";

        var child = new ChildProcess(new Process { StartInfo = start }, redact);
        var started = new TaskCompletionSource();
        new Thread(() => child.Live(started)) { IsBackground = true, Name = "child " + Path.GetFileName(program) }.Start();
        // As long as a fork takes: the caller gets a child that runs, or the exception that says why it does not.
        started.Task.GetAwaiter().GetResult();
        return child;
    }

    // Process leaves pipes that were asked for open until they are collected.
    private void Close()
    {
        StandardInput.Dispose();
        StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    internal void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended already.
        }
    }

    // Tools write a few KiB at a time: the more fits, the less often two processes wake each other. Where it is not
    // granted the pipe stays as it is.
    private static void Widen(Stream end)
    {
        if (end is PipeStream pipe)
        {
            _ = Posix.TryWidenPipe(pipe.SafePipeHandle, PipeBytes);
        }
    }

    private void Live(TaskCompletionSource started)
    {
        try
        {
            _process.Start();
            Id = _process.Id;
        }
        catch (Win32Exception e)
        {
            started.SetException(new SnapshotException(
                SnapshotFailure.ToolMissing, $"'{_process.StartInfo.FileName}' cannot be started: {e.Message}. Install util-linux (setpriv).", e));
            return;
        }

        Widen(StandardInput);
        Widen(StandardOutput);
        var errors = Task.Run(ReadErrorsAsync);
        started.SetResult();
        _process.WaitForExit();
        // The thread that forked must live as long as the child (the parent-death signal follows it), so it blocks here
        // and does nothing else.
        errors.GetAwaiter().GetResult();
        _exited.SetResult(_process.ExitCode);
    }

    private async Task ReadErrorsAsync()
    {
        var buffer = new char[1024];
        while (await _process.StandardError.ReadAsync(buffer).ConfigureAwait(false) is var read && read > 0)
        {
            lock (_errors)
            {
                _errors.Append(buffer, 0, read);
                if (_errors.Length > KeptErrorBytes)
                {
                    _errors.Remove(0, _errors.Length - KeptErrorBytes);
                }
            }
        }
    }
}
