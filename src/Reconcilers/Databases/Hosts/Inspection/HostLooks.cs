namespace Drydock.Reconcilers.Databases;

/// <summary>Looks at the instances of one host. Those that are asked for while a look is under way share the
/// next command. Invariant: a question joins only a command that was not sent yet, so no answer is older
/// than its question.</summary>
internal sealed class HostLooks(HostChannel channel, TimeProvider time)
{
    // A look that hangs holds up the next one no longer than this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly Dictionary<Privilege, Batch> _last = [];

    /// <exception cref="HostException">The host cannot be asked, refused, or its answer is unusable. What is refused
    /// for one instance is no answer to the others.</exception>
    public async Task<HostReport> AskAsync(LookQuestion question, CancellationToken cancellationToken)
    {
        Batch batch;
        int place;
        lock (_lock)
        {
            var last = _last.GetValueOrDefault(question.Privilege);
            batch = last is { IsSent: false } ? last : _last[question.Privilege] = Begin(last?.Answer);
            place = batch.Questions.Count;
            batch.Questions.Add(question);
        }

        // Nothing is under way: it is asked at once.
        if (place == 0)
        {
            batch.Start.RunSynchronously(TaskScheduler.Default);
        }

        // The first is told of its waiting by the channel.
        using var open = place == 0 ? null : OpenQuestions.Ask(channel.Host, question.What);
        try
        {
            return await ReadAsync(batch.Answer.WaitAsync(cancellationToken), place);
        }
        catch (HostException exception)
            when (batch.Questions.Count > 1 && exception.Reason != Reasons.HostUnreachable)
        {
            return await ReadAsync(SendAsync([question], cancellationToken), 0);
        }
        finally
        {
            Leave(batch);
        }
    }

    private static async Task<HostReport> ReadAsync(Task<Look> asked, int place)
    {
        var look = await asked;
        lock (look)
        {
            return HostReport.Read(look.Answers[place], look.Sums);
        }
    }

    private Batch Begin(Task? former)
    {
        var batch = new Batch();
        batch.Start = new Task<Task<Look>>(() => RunAsync(batch, former ?? Task.CompletedTask));
        batch.Answer = batch.Start.Unwrap();
        return batch;
    }

    private async Task<Look> RunAsync(Batch batch, Task former)
    {
        await former.WaitAsync(Patience, time, batch.End.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            batch.IsSent = true;
        }

        return await SendAsync(batch.Questions, batch.End.Token);
    }

    private void Leave(Batch batch)
    {
        lock (_lock)
        {
            if (++batch.Left < batch.Questions.Count || batch.Answer.IsCompleted)
            {
                return;
            }

            batch.IsSent = true;
        }

        batch.End.Cancel();
    }

    private async Task<Look> SendAsync(List<LookQuestion> questions, CancellationToken cancellationToken)
    {
        var sums = channel.Sums.Ask();
        var privilege = questions[0].Privilege;
        var mayBecome = channel.Way.MayBecome && privilege != Privilege.OwnUnits ? "yes" : "no";
        var answer = await channel.LookAsync(
            new ScriptCall(
                "look", questions.Count == 1 ? questions[0].What : $"looking at {questions.Count} instances",
                [
                    .. questions.SelectMany((q, i) => q.Arguments(
                        i == 0 ? sums.KnownWithSockets : "", i == 0 ? mayBecome : "")),
                ],
                privilege),
            cancellationToken);
        return new Look(questions.Count == 1 ? [answer] : answer.Parts(questions.Count), sums);
    }

    private sealed record Look(IReadOnlyList<ScriptAnswer> Answers, ProgramSums.Question Sums);

    private sealed class Batch
    {
        public List<LookQuestion> Questions { get; } = [];
        public CancellationTokenSource End { get; } = new();
        public Task<Task<Look>> Start { get; set; } = null!;
        public Task<Look> Answer { get; set; } = null!;
        public bool IsSent { get; set; }
        public int Left { get; set; }
    }
}

/// <summary>An instance as the script `look` is asked for it.</summary>
internal sealed record LookQuestion(ServiceManager Keeper)
{
    public string What => $"looking at {Keeper.Target.Name}";

    public Privilege Privilege =>
        Keeper is SystemdManager { IsOfAccount: true } ? Privilege.OwnUnits : Privilege.Look;

    public string[] Arguments(string known, string mayBecome) =>
    [
        Keeper.Kind, string.Join(' ', Keeper.Units), Keeper.ServiceDirectory, Keeper.Target.Program,
        $"{Keeper.Target.Port}", Keeper.Target.DeployDir, known, Keeper.ChoiceFile, mayBecome,
        Keeper.Target.SwitchedLink, Keeper.Target.ProgramBelowLink,
    ];
}
