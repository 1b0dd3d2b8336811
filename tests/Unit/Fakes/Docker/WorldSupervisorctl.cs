using System.Text;
using Drydock.Clients.Docker;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>How an interactive supervisorctl behaves, and what was asked of those of a host.</summary>
internal sealed class WorldSupervisorctl
{
    /// <summary>The prompt (<c>prompt</c> in the section [supervisorctl]).</summary>
    public string Prompt { get; set; } = "supervisor> ";

    /// <summary>Ends at once instead of reading its input.</summary>
    public bool TakesNoInput { get; set; }

    /// <summary>Prints nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Prints without end.</summary>
    public bool IsEndless { get; set; }

    /// <summary>How many characters of its output come at a time.</summary>
    public int Piece { get; set; } = 7;

    /// <summary>Sessions that were started.</summary>
    public int Opened { get; private set; }

    /// <summary>Sessions that have not ended.</summary>
    public int Open { get; private set; }

    /// <summary>How often <c>status</c> was asked in a session.</summary>
    public int Questions { get; private set; }

    /// <summary>How often <c>status</c> was asked by a command of its own.</summary>
    public int Commands { get; set; }

    /// <summary>Answers to <c>status</c> wait for it.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    /// <summary>One session, to its end.</summary>
    public async Task RunAsync(
        OperatorLife life, Func<bool> lives, WorldContainer container, ContainerExecAttachParameters streams, CancellationToken cancellationToken)
    {
        (Opened, Open) = (Opened + 1, Open + 1);
        try
        {
            if (TakesNoInput)
            {
                Print(streams, "Error: no action was given\n");
                return;
            }

            Print(streams, container.SupervisorStatus() + Prompt);
            var (bytes, read) = (new byte[1000], "");
            while (true)
            {
                // No StreamReader: its continuations leave the scheduler of the world.
                while (!read.Contains('\n', StringComparison.Ordinal) && await streams.Stdin!.ReadAsync(bytes, cancellationToken) is var count and > 0)
                {
                    read += Encoding.UTF8.GetString(bytes, 0, count);
                }

                if (!read.Contains('\n', StringComparison.Ordinal))
                {
                    break;
                }

                var line = read[..read.IndexOf('\n', StringComparison.Ordinal)];
                read = read[(line.Length + 1)..];
                if (line == "status")
                {
                    Questions++;
                    await Answers.WaitAsync(cancellationToken);
                }

                if (!await life.LookAsync(lives))
                {
                    return;
                }

                Print(streams, (line == "status" ? container.SupervisorStatus() : $"*** Unknown syntax: {line}\n") + Prompt);
            }

            Print(streams, "\n");
        }
        finally
        {
            Open--;
        }
    }

    private void Print(ContainerExecAttachParameters streams, string text)
    {
        foreach (var piece in IsSilent ? [] : text.Chunk(Piece))
        {
            streams.OnOutput!(false, Encoding.UTF8.GetBytes(piece));
        }

        while (IsEndless)
        {
            streams.OnOutput!(false, Encoding.UTF8.GetBytes(new string('x', 1000) + "\n"));
        }
    }
}
