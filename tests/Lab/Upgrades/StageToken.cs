namespace Drydock.Lab.Upgrades;

/// <summary>
/// The operator's ServiceAccount token in a file, as the kubelet mounts it. The token can expire and be renewed.
/// </summary>
/// <param name="proxy">The operator's path to the API server; null for a direct connection.</param>
internal sealed class StageToken(LabRun run, ControlPlane controlPlane, KubeFaultProxy? proxy)
{
    private string TokenPath => Path.Combine(run.Folder, "operator.token");

    /// <summary>Writes a kubeconfig that reads the token from its file.</summary>
    public async Task<string> WriteKubeconfigAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(run.Folder, "operator.kubeconfig");
        await RequestAsync(path, cancellationToken);
        return path;
    }

    /// <summary>
    /// Creates the ServiceAccount again. It gets another uid, so the API server refuses all tokens of the former one.
    /// </summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var account = new[] { "-n", OperatorStage.OperatorNamespace, "serviceaccount", OperatorStage.ServiceAccount };
        await controlPlane.KubectlAsync(["delete", .. account], cancellationToken: cancellationToken);
        await controlPlane.KubectlAsync(["create", .. account], cancellationToken: cancellationToken);
    }

    /// <summary>Writes a fresh token into the file.</summary>
    public Task RenewAsync(CancellationToken cancellationToken) =>
        RequestAsync(Path.Combine(run.Folder, "operator-renewed.kubeconfig"), cancellationToken);

    private async Task RequestAsync(string path, CancellationToken cancellationToken)
    {
        await controlPlane.CreateServiceAccountKubeconfigAsync(
            OperatorStage.OperatorNamespace, OperatorStage.ServiceAccount, path, proxy?.Server, cancellationToken);
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        var at = Array.FindIndex(lines, x => x.TrimStart().StartsWith("token: ", StringComparison.Ordinal));
        LabCertificateAuthority.WritePrivate(TokenPath + ".new", lines[at].Trim()["token: ".Length..]);
        File.Move(TokenPath + ".new", TokenPath, overwrite: true);
        lines[at] = lines[at][..lines[at].IndexOf("token:", StringComparison.Ordinal)] + "tokenFile: " + TokenPath;
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
    }
}
