namespace Drydock.Reconcilers.Databases;

/// <summary>What changes an instance on its host, each in one command. Stop, replacement and start together complete
/// themselves once the process was told to end, whether or not the operator still lives.</summary>
internal sealed class InstanceActs(HostChannel channel, ServiceManager keeper)
{
    public string Place => $"{Target.DeployDir.TrimEnd('/')}/bin";
    private InstanceTarget Target => keeper.Target;

    private string Locked => Target.Swap switch
    {
        SwapMethod.ReplaceBinary => Place,
        SwapMethod.SwitchLink => Path.GetDirectoryName(Target.SwitchedLink)!,
        _ => Target.DeployDir,
    };

    /// <summary>Only what comes first must be in time. Where nothing runs, the stop of a supervisor has no
    /// effect.</summary>
    /// <returns>Says "left" if a process lives on or came up, so that nothing was replaced or started.</returns>
    /// <exception cref="HostException">Refused.</exception>
    public Task<ScriptAnswer> ReplaceAsync(
        InstanceState look, InstanceGoal swap, FileReplacement? file, CancellationToken cancellationToken)
    {
        var stop = keeper.StopCalls(look);
        ScriptCall?[] calls =
        [
            ReadyCall(look, swap, file, stop.Count > 0),
            Target.Swap == SwapMethod.SwitchLink ? SwapCall(look.InTime, swap, "ready") : null,
            .. stop,
            SwapCall(look.Afterwards, swap),
            file is null ? null : WriteCall(file),
            keeper.StartCall(look, swap.Directory, follows: true),
        ];
        return TogetherAsync(look, $"replacing {Target.Name}", [.. calls.OfType<ScriptCall>()], cancellationToken);
    }

    public Task StopAsync(InstanceState look, CancellationToken cancellationToken)
    {
        var calls = keeper.StopCalls(look);
        return TogetherAsync(look, calls[^1].What, calls, cancellationToken);
    }

    public Task StartAsync(InstanceState look, string directory, CancellationToken cancellationToken)
    {
        var call = keeper.StartCall(look, directory, follows: false);
        return TogetherAsync(look, call.What, [call], cancellationToken);
    }

    public Task SwapAsync(InstanceState look, InstanceGoal swap, CancellationToken cancellationToken) =>
        SwapCall(look.InTime, swap) is { } call
            ? channel.ActAsync(call, cancellationToken)
            : CheckAsync(swap, $"replacing the program of {Target.Name}", cancellationToken);

    /// <summary>Nothing is replaced: the new process is started from the new directory.</summary>
    /// <exception cref="HostException">The program there is not the expected one.</exception>
    public async Task CheckAsync(InstanceGoal swap, string what, CancellationToken cancellationToken)
    {
        var path = NewProgram(swap);
        var sums = channel.Sums.Ask();
        var answer = await channel.LookAsync(new ScriptCall("sums", what, [sums.Known, path]), cancellationToken);
        sums.Learn(answer);
        var sha256 = sums.Of(answer.Need("file"), answer);
        if (sha256 != swap.Sha256)
        {
            var (reason, why) = sha256 is null
                ? (Reasons.PackageMissing, "does not exist. Copy it to the host.")
                : (Reasons.PackageCorrupt, $"has SHA-256 {sha256}, expected {swap.Sha256}. Copy it again.");
            throw new HostException(Target.Host, reason, $"{Target.Host}: {what}: {path} {why}", retryable: false);
        }
    }

    public IEnumerable<string> Binaries(InstanceGoal swap) =>
    [
        Place,
        Target.Program,
        swap.Directory.Length > 0 ? NewProgram(swap) : "",
        swap.Sha256,
        swap.FormerSha256,
        swap.FormerVersion,
    ];

    public static ScriptCall WriteCall(FileReplacement file) => new(
        "write", $"writing {file.Path}", [file.Path, file.Sha256, file.FormerSha256, file.Former, file.Source]);

    private async Task<ScriptAnswer> TogetherAsync(
        InstanceState look, string what, IReadOnlyList<ScriptCall> calls, CancellationToken cancellationToken)
    {
        // What a supervisor leaves of the children of its process is not killed.
        var doomed = keeper.IsSupervisor ? look.Own.Take(1) : look.Own;
        var answer = calls.Count == 1
            ? await channel.ActAsync(calls[0], cancellationToken)
            : await channel.ActTogetherAsync(
                new ScriptCall(
                    "replace", what,
                    [
                        Locked, keeper.IsSupervisor ? "" : look.Seen, string.Join(' ', look.Own),
                        string.Join(' ', doomed),
                    ],
                    keeper.Privilege),
                calls, cancellationToken);
        keeper.Check(channel, answer);
        return answer;
    }

    private ScriptCall ReadyCall(InstanceState look, InstanceGoal swap, FileReplacement? file, bool isStopped)
    {
        string[] replaced = Target.Swap == SwapMethod.NewDirectory ? [] : [$"{Locked}/."];
        return new ScriptCall(
            "ready", $"preparing the stop of {Target.Name}",
            [
                .. look.InTime,
                isStopped ? "" : look.Seen,
                Target.Swap == SwapMethod.NewDirectory ? NewProgram(swap) : "",
                swap.Sha256,
                channel.Sums.Ask().Having(swap.Sha256),
                .. replaced,
                .. file is null ? Array.Empty<string>() : [file.Path],
            ]);
    }

    // Null where nothing is replaced.
    private ScriptCall? SwapCall(string[] inTime, InstanceGoal swap, string mode = "")
    {
        var what = $"replacing the program of {Target.Name}";
        var sums = channel.Sums.Ask().Having(swap.Sha256, swap.FormerSha256);
        return Target.Swap switch
        {
            SwapMethod.ReplaceBinary => new ScriptCall("swap-binary", what, [.. inTime, .. Binaries(swap), sums]),
            SwapMethod.SwitchLink => new ScriptCall(
                "swap-link", what,
                [
                    .. inTime,
                    Target.SwitchedLink,
                    Target.Linked(swap.Directory),
                    Target.ProgramBelowLink,
                    swap.Sha256,
                    swap.FormerSha256,
                    swap.FormerDirectory is { Length: > 0 } former ? Target.Linked(former) : "",
                    sums,
                    mode,
                ]),
            _ => null,
        };
    }

    private string NewProgram(InstanceGoal swap) => $"{swap.Directory.TrimEnd('/')}/bin/{Target.Program}";
}
