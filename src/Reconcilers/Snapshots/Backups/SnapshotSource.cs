using System.Net.Sockets;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The server that a snapshot is taken from or restored to, by its spec and Secret.</summary>
internal static class SnapshotSource
{
    // The number that the database library uses for this error: the caller treats it as any other connection that
    // cannot be opened.
    private const int UnknownHost = 2005;

    /// <summary>Reads the Secret and builds the connection.</summary>
    /// <exception cref="SnapshotException">The Secret is missing, or lacks a key, or the server's address is
    /// refused.</exception>
    /// <exception cref="MySqlSessionException">The server's name cannot be resolved.</exception>
    public static async Task<MySqlOptions> ConnectAsync(
        IKubernetesClient kubernetes,
        string? @namespace,
        DatabaseSource source,
        string field,
        EndpointPolicy endpoints,
        CancellationToken cancellationToken,
        string? applicationName = null)
    {
        var name = source.CredentialsSecretRef.Name;
        var secret = await kubernetes.GetAsync<V1Secret>(name, @namespace, cancellationToken)
            ?? throw new SnapshotException(
                SnapshotFailure.SecretMissing,
                $"Secret {name} ({field}.credentialsSecretRef) does not exist in namespace {@namespace}. Create it "
                + "with the keys username and password.");
        var host = source.Host ?? SecretText.Of(secret.Values, "host")
            ?? throw new SnapshotException(
                SnapshotFailure.SecretMissing,
                $"The server is not named: set {field}.host or the key host of Secret {name}.");
        if (SecretLimits.Refusal(name, secret.Values, SecretKeys.Database) is { } refusal)
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, $"{field}.credentialsSecretRef: {refusal}");
        }

        await CheckAsync(host, field, endpoints, cancellationToken);
        return new MySqlOptions
        {
            Server = host,
            Port = source.Port
                ?? (int.TryParse(
                    SecretText.Of(secret.Values, "port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                    ? port
                    : 3306),
            UserID = Required(secret, "username"),
            Password = Required(secret, "password"),
            Tls = ServerTls.Of(source.Tls, secret.Values.GetValueOrDefault(SecretKeys.Authority)),
            ApplicationName = applicationName ?? "drydock",
        };
    }

    /// <summary>Reads the age identity from a Secret; it must not be logged.</summary>
    /// <exception cref="SnapshotException">The Secret is missing, or lacks the key identity.</exception>
    public static async Task<string?> IdentityAsync(
        IKubernetesClient kubernetes,
        string? @namespace,
        SecretReference? reference,
        CancellationToken cancellationToken)
    {
        if (reference is null)
        {
            return null;
        }

        var secret = await kubernetes.GetAsync<V1Secret>(reference.Name, @namespace, cancellationToken)
            ?? throw new SnapshotException(
                SnapshotFailure.SecretMissing,
                $"Secret {reference.Name} (spec.identitySecretRef) does not exist in namespace {@namespace}. Create it "
                + "with the key identity.");
        return Required(secret, "identity");
    }

    // The database library and the dump tools resolve the name again and may use any of its addresses, so each address
    // must be allowed.
    private static async Task CheckAsync(
        string host, string field, EndpointPolicy endpoints, CancellationToken cancellationToken)
    {
        try
        {
            await endpoints.CheckAsync(host, cancellationToken);
        }
        catch (EndpointRefusedException refused)
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, $"{field}.host: {refused.Message}", refused);
        }
        catch (SocketException unresolved)
        {
            throw new MySqlSessionException(
                $"{field}.host: {host} cannot be resolved: {Sentences.Close(unresolved.Message)} "
                + "Check the name and the DNS of the operator.",
                UnknownHost,
                unresolved);
        }
    }

    private static string Required(V1Secret secret, string key) =>
        SecretText.Of(secret.Values, key)
            ?? throw new SnapshotException(
                SnapshotFailure.SecretMissing, $"Secret {secret.Metadata.Name} lacks the key {key}. Add it.");
}

/// <summary>The owner of a snapshot, as its manifest records it.</summary>
internal static class SnapshotOwners
{
    /// <summary>The owner that the manifest of a BackupSnapshot's files records.</summary>
    public static SnapshotOwner Of(BackupSnapshot snapshot) =>
        new(snapshot.Metadata.Namespace ?? "", snapshot.Metadata.Name, snapshot.Metadata.Uid ?? "");

    public static string? Refusal(SnapshotManifest manifest, string? @namespace, bool shared, SnapshotLocation location)
    {
        if (shared || (manifest.Owner is { } owner && owner.Namespace == @namespace))
        {
            return null;
        }

        var ownership = manifest.Owner is { } other
            ? $"belongs to BackupSnapshot {other.Namespace}/{other.Name} of another namespace"
            : "does not record the namespace that it belongs to";
        var remedy = manifest.Owner is { } there
            ? $"Create the object in namespace {there.Namespace}, or have an administrator start the operator with "
                + "--storage-shared."
            : "Take a new snapshot, or have an administrator start the operator with --storage-shared.";
        return $"Snapshot {manifest.Id} in {location.Storage.Description} {ownership}, and namespace {@namespace} may "
            + $"not use it. {remedy}";
    }
}
