using System.Globalization;
using System.Text;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Reconcilers.BackupSnapshots;

/// <summary>The server a snapshot is taken of, by its spec and Secret.</summary>
internal static class SnapshotSource
{
    /// <summary>Reads the Secret and builds the connection.</summary>
    /// <exception cref="SnapshotException">The Secret is missing, or lacks a key.</exception>
    public static async Task<MySqlConnectionStringBuilder> ConnectAsync(IKubernetesClient kubernetes, BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var source = snapshot.Spec.Source;
        var name = source.CredentialsSecretRef.Name;
        var secret = await kubernetes.GetAsync<V1Secret>(name, snapshot.Metadata.Namespace, cancellationToken)
            ?? throw new SnapshotException(SnapshotFailure.InvalidRequest, $"Secret {name} (spec.source.credentialsSecretRef) does not exist in namespace {snapshot.Metadata.Namespace}; create it with the keys username and password");
        var host = source.Host ?? Text(secret, "host")
            ?? throw new SnapshotException(SnapshotFailure.InvalidRequest, $"neither spec.source.host nor the key host of Secret {name} says which server to dump; give one of them");
        var builder = new MySqlConnectionStringBuilder
        {
            Server = host,
            Port = (uint)(source.Port ?? (int.TryParse(Text(secret, "port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 3306)),
            UserID = Required(secret, "username"),
            Password = Required(secret, "password"),
            SslMode = source.Tls.Mode switch
            {
                DatabaseTlsMode.Disabled => MySqlSslMode.Disabled,
                DatabaseTlsMode.Required => MySqlSslMode.Required,
                _ => MySqlSslMode.VerifyFull,
            },
        };
        if (source.Tls.Mode != DatabaseTlsMode.Disabled && secret.Data?.GetValueOrDefault("ca.crt") is { } authority)
        {
            builder.SslCa = DatabaseTlsFiles.FileOf(authority);
        }

        return builder;
    }

    private static string Required(V1Secret secret, string key) =>
        Text(secret, key) ?? throw new SnapshotException(SnapshotFailure.InvalidRequest, $"Secret {secret.Metadata.Name} lacks the key {key}; add it");

    private static string? Text(V1Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n') : null;
}
