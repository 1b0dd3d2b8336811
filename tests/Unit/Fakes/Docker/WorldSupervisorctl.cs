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

    /// <summary>Does not end with its input.</summary>
    public bool IgnoresEnd { get; set; }

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
    public async Task RunAsync(OperatorLife life, Func<bool> lives, WorldContainer container, WorldStream stream)
    {
        (Opened, Open) = (Opened + 1, Open + 1);
        try
        {
            if (TakesNoInput)
            {
                Print(stream, "Error: no action was given\n");
                return;
            }

            Print(stream, container.SupervisorStatus() + Prompt);
            while (await stream.LineAsync() is { } line)
            {
                if (line == "status")
                {
                    Questions++;
                    await Task.WhenAny(Answers, stream.Closed);
                }

                if (stream.Closed.IsCompleted || !await life.LookAsync(lives))
                {
                    return;
                }

                Print(
                    stream,
                    (line == "status" ? container.SupervisorStatus() : $"*** Unknown syntax: {line}\n") + Prompt);
            }

            if (IgnoresEnd)
            {
                await stream.Closed;
            }

            Print(stream, "\n");
        }
        finally
        {
            Open--;
            stream.End();
        }
    }

    private void Print(WorldStream stream, string text)
    {
        foreach (var piece in IsSilent ? [] : text.Chunk(Piece))
        {
            stream.Say(WorldDocker.Frame(Encoding.UTF8.GetBytes(piece)));
        }

        if (IsEndless)
        {
            stream.SayWithoutEnd(WorldDocker.Frame(Encoding.UTF8.GetBytes(new string('x', 1000) + "\n")));
        }
    }
}
