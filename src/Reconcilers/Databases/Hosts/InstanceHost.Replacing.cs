namespace Drydock.Reconcilers.Databases;

/// <content>Replaces the program of an instance: what is prepared while it serves, and what follows its stop.</content>
internal sealed partial class InstanceHost
{
    private string Place => $"{Target.DeployDir.TrimEnd('/')}/bin";

    public Task StageAsync(ProgramSwap swap, string? ask, CancellationToken cancellationToken)
    {
        var what = $"preparing the new program of {Target.Name}";
        if (Target.Swap != SwapMethod.ReplaceBinary)
        {
            return CheckAsync(swap, what, cancellationToken);
        }

        // The host refuses it if the last observation is too old.
        var look = _last;
        return AgainIfLateAsync(async () =>
        {
            look ??= await SeeAsync(cancellationToken);
            var inTime = look.InTime;
            look = null;
            var sums = _channel.Sums.Ask();
            var (answer, _) = await _channel.ActAsync(
                "stage-binary",
                what,
                Privilege.WhenNeeded,
                [.. inTime, .. Binaries(swap), sums.Having(swap.Sha256, swap.FormerSha256), ask ?? ""],
                default,
                cancellationToken);
            sums.Learn(answer);
        });
    }

    public async Task UnstageAsync(CancellationToken cancellationToken)
    {
        if (Target.Swap == SwapMethod.ReplaceBinary)
        {
            await _channel.ActAsync(
                "unstage-binary",
                $"removing what was prepared for {Target.Name}",
                Privilege.WhenNeeded,
                [Place, Target.Program],
                default,
                cancellationToken);
        }
    }

    public async Task ReplaceAsync(ProgramSwap swap, FileReplacement? file, CancellationToken cancellationToken)
    {
        var isDone = false;
        await AgainIfLateAsync(async () => isDone = await TogetherAsync(swap, file, cancellationToken));
        if (isDone)
        {
            return;
        }

        await StopAsync(cancellationToken);
        await SwapAsync(swap, cancellationToken);
        if (file is not null && WriteCall(file) is var write)
        {
            await _channel.ActAsync(
                write.Script, write.What, Privilege.WhenNeeded, write.Arguments, default, cancellationToken);
        }

        await StartAsync(swap.Directory, cancellationToken);
    }

    // False if it takes several commands: other accounts stop, replace and start, or a process has to be killed.
    private async Task<bool> TogetherAsync(
        ProgramSwap swap, FileReplacement? file, CancellationToken cancellationToken)
    {
        var look = await SeeAsync(cancellationToken);
        RefuseStrays(look, "was not stopped");
        if (look.Processes.Main?.Sha256 == swap.Sha256)
        {
            return true;
        }

        if (Target.Swap != SwapMethod.ReplaceBinary
            || look.Kept.State == SupervisionState.Missing
            || (_keeper is SystemdManager { IsOfAccount: false } && !_channel.HasOneAccount)
            || _keeper.StopCall(look) is not { } stop
            || _keeper.StartCall(look) is not { } start
            || SwapCall(look, look.Afterwards, swap) is not { } replace)
        {
            return false;
        }

        var privilege = (_keeper as SystemdManager)?.Privilege ?? Privilege.Control;

        // In time is what comes first. Where nothing runs, a stop has no effect.
        ScriptCall[] calls = [stop, replace, .. file is null ? Array.Empty<ScriptCall>() : [WriteCall(file)], start];
        var answer = await _channel.ActTogetherAsync(
            Place, $"replacing {Target.Name}", privilege, calls, cancellationToken);
        return !answer.Says("left");
    }

    // Null where nothing is replaced.
    private ScriptCall? SwapCall(InstanceState look, string[] inTime, ProgramSwap swap)
    {
        var what = $"replacing the program of {Target.Name}";
        return Target.Swap switch
        {
            SwapMethod.ReplaceBinary => new ScriptCall(
                "swap-binary",
                what,
                [.. inTime, .. Binaries(swap), _channel.Sums.Ask().Having(swap.Sha256, swap.FormerSha256)]),
            SwapMethod.SwitchLink => new ScriptCall(
                "swap-link",
                what,
                [
                    .. inTime,
                    Target.SwitchedLink,
                    Target.Linked(swap.Directory),
                    Target.ProgramBelowLink,
                    swap.Sha256,
                    swap.FormerSha256,
                    swap.FormerDirectory is { Length: > 0 } former ? Target.Linked(former) : "",
                ]),
            _ => null,
        };
    }

    private IEnumerable<string> Binaries(ProgramSwap swap) =>
    [
        Place,
        Target.Program,
        swap.Directory.Length > 0 ? $"{swap.Directory.TrimEnd('/')}/bin/{Target.Program}" : "",
        swap.Sha256,
        swap.FormerSha256,
        swap.FormerVersion,
    ];

    private static ScriptCall WriteCall(FileReplacement file) => new(
        "write", $"writing {file.Path}", [file.Path, file.Sha256, file.FormerSha256, file.Former, file.Source]);
}

/// <summary>The replacement of a text file by another that is on the same host.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">SHA-256 of the new content.</param>
/// <param name="FormerSha256">SHA-256 of the content that is replaced.</param>
/// <param name="Former">The path under which the former file is kept.</param>
/// <param name="Source">The file with the new content.</param>
internal sealed record FileReplacement(
    string Path, string Sha256, string FormerSha256, string Former, string Source);

/// <summary>The replacement of a program by another. The reverse is the rollback.</summary>
/// <param name="Directory">The new version's directory.</param>
/// <param name="Sha256">SHA-256 of the new program.</param>
/// <param name="FormerVersion">Version of the one that is replaced: the suffix under which it is kept beside the new
/// one.</param>
/// <param name="FormerSha256">SHA-256 of the program that is replaced.</param>
/// <param name="FormerDirectory">The former target of deployDir if it is a symbolic link; null otherwise.</param>
internal sealed record ProgramSwap(
    string Directory, string Sha256, string FormerVersion, string FormerSha256, string? FormerDirectory);
