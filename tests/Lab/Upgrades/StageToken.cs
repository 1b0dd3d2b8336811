namespace Drydock.Lab.Upgrades;

/// <summary>The operator's ServiceAccount token, in a file of its own as the kubelet mounts it, so that it can expire and be renewed.</summary>
/// <param name="stage">The stage.</param>
internal sealed class StageToken(UpgradeStage stage)
{
    private string TokenPath => Path.Combine(stage.Run.Folder, "operator.token");

    /// <summary>Writes a kubeconfig that reads the token from its file.</summary>
    public async Task<string> WriteKubeconfigAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(stage.Run.Folder, "operator.kubeconfig");
        await RequestAsync(path, cancellationToken);
        return path;
    }

    /// <summary>A ServiceAccount made anew has another uid: the API server refuses all tokens of the former one.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var account = new[] { "-n", UpgradeStage.OperatorNamespace, "serviceaccount", UpgradeStage.ServiceAccount };
        await stage.ControlPlane.KubectlAsync(["delete", .. account], cancellationToken: cancellationToken);
        await stage.ControlPlane.KubectlAsync(["create", .. account], cancellationToken: cancellationToken);
    }

    /// <summary>Puts a fresh token into the file.</summary>
    public Task RenewAsync(CancellationToken cancellationToken) => RequestAsync(Path.Combine(stage.Run.Folder, "operator-renewed.kubeconfig"), cancellationToken);

    private async Task RequestAsync(string path, CancellationToken cancellationToken)
    {
        await stage.ControlPlane.CreateServiceAccountKubeconfigAsync(
            UpgradeStage.OperatorNamespace, UpgradeStage.ServiceAccount, path, stage.Faults?.Kubernetes.Server, cancellationToken);
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        var at = Array.FindIndex(lines, x => x.TrimStart().StartsWith("token: ", StringComparison.Ordinal));
        LabCertificateAuthority.WritePrivate(TokenPath + ".new", lines[at].Trim()["token: ".Length..]);
        File.Move(TokenPath + ".new", TokenPath, overwrite: true);
        lines[at] = lines[at][..lines[at].IndexOf("token:", StringComparison.Ordinal)] + "tokenFile: " + TokenPath;
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
    }
}
