using Docker.DotNet.Models;
using System.IO.Pipelines;

namespace Drydock.Reconcilers.Oms;

/// <summary>One interactive <c>supervisorctl</c> in a container, which answers in milliseconds where a new one takes
/// the start of Python. It only asks: a command that changes something is an exec of its own, whose id starts once. The
/// prompt is configurable and Python prints it also into a pipe, so the end of an answer is the complaint about a word
/// that supervisorctl does not know; what stands before the complaint on its line is the prompt
/// (docs/research/oms.md#programs).</summary>
internal sealed class SupervisorSession : IAsyncDisposable
{
    private const string Complaint = "*** Unknown syntax: ";

    // Three programs print less than 1 KiB.
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private readonly Pipe _input = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        useSynchronizationContext: false));
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly StringBuilder _printed = new();
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly TimeProvider _time;
    private readonly Task _run;
    private TaskCompletionSource<string?>? _waiting;
    private string _mark = "";
    private int _marks;

    private SupervisorSession(IDockerClient docker, string execId, TimeProvider time)
    {
        _time = time;
        _run = RunAsync(docker, execId);
    }

    public bool HasEnded { get; private set; }

    /// <summary>Whether it ended because the connection broke.</summary>
    public bool WasCut { get; private set; }

    public static async Task<SupervisorSession> OpenAsync(
        IDockerClient docker, string container, TimeProvider time, CancellationToken cancellationToken)
    {
        var exec = await docker.Exec.ExecCreateContainerAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["supervisorctl"],

                // Python 2 flushes its prompt into a pipe only when it must not buffer.
                Env = ["PYTHONUNBUFFERED=unbuffered"],
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
            },
            cancellationToken);
        return new SupervisorSession(docker, exec, time);
    }

    /// <summary>What <c>status</c> prints now. One question at a time.</summary>
    /// <returns>Null if the session does not answer as supervisorctl does; it must be closed then.</returns>
    public async Task<string?> StatusAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        // At its start supervisorctl prints a status unasked; that answer is older than the question.
        if (_marks == 0 && await AskAsync("", within, cancellationToken) is null)
        {
            return null;
        }

        return await AskAsync("status\n", within, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // At the end of its input supervisorctl ends.
        await _input.Writer.CompleteAsync();
        await _run.WaitAsync(LongestGoodbye, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Stop();
        await _run;
        _stop.Dispose();
    }

    private void Stop() => _stop.Cancel();

    private async Task<string?> AskAsync(string command, TimeSpan within, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>();
        string words;
        lock (_gate)
        {
            _mark = $"drydock{++_marks}";
            _waiting = answer;
            words = $"{command}{_mark}\n";
            if (HasEnded)
            {
                return null;
            }
        }

        if ((await _input.Writer.WriteAsync(Encoding.UTF8.GetBytes(words), CancellationToken.None)).IsCompleted)
        {
            return null;
        }

        Task answered = answer.Task.WaitAsync(within, _time, cancellationToken);
        await answered
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return answer.Task.IsCompletedSuccessfully ? await answer.Task : null;
    }

    private async Task RunAsync(IDockerClient docker, string execId)
    {
        try
        {
            await docker.Exec.StartAndAttachContainerExecAsync(
                execId,
                new ContainerExecAttachParameters { Stdin = _input.Reader.AsStream(), OnOutput = Take },
                _stop.Token);
        }
        catch (Exception exception) when (exception is DockerException or OperationCanceledException or IOException)
        {
            // The next caller observes the target with a command of its own, and learns the cause.
            WasCut = exception is DockerException;
        }

        lock (_gate)
        {
            HasEnded = true;
        }

        Answer(null);
    }

    private void Take(bool isError, ReadOnlyMemory<byte> data)
    {
        if (Read(data.Span) is { } answer)
        {
            Answer(answer);
        }
    }

    private void Answer(string? answer)
    {
        TaskCompletionSource<string?>? waiting;
        lock (_gate)
        {
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.TrySetResult(answer);
    }

    // The answer, if these bytes are its end.
    private string? Read(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var characters = new char[_utf8.GetCharCount(bytes, flush: false)];
            _utf8.GetChars(bytes, characters, flush: false);
            _printed.Append(characters);
            if (_printed.Length > LongestAnswer)
            {
                throw new IOException("supervisorctl prints without end.");
            }

            var text = _printed.ToString();
            var end = text.IndexOf($"{Complaint}{_mark}\n", StringComparison.Ordinal);
            if (_waiting is null || end < 0)
            {
                return null;
            }

            var line = text.LastIndexOf('\n', end) + 1;
            _printed.Clear().Append(text, text.IndexOf('\n', end) + 1, text.Length - text.IndexOf('\n', end) - 1);
            return WithoutPrompt(text[..line], prompt: text[line..end]);
        }
    }

    private static string WithoutPrompt(string text, string prompt) =>
        prompt.Length == 0
            ? text
            : string.Join(
                '\n',
                text.Split('\n').Select(l => l.StartsWith(prompt, StringComparison.Ordinal) ? l[prompt.Length..] : l));
}
