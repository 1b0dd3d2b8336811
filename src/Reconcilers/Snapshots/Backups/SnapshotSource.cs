using System.Net.Sockets;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Reads the Secrets of the server that a snapshot is taken from or restored to.</summary>
internal sealed class SnapshotSource(SnapshotServices services, string? @namespace, CancellationToken cancellationToken)
{
    // The number that the database library uses for this error: the caller treats it as any other connection that
    // cannot be opened.
    private const int UnknownHost = 2005;

    /// <summary>Reads the Secret and builds the connection.</summary>
    /// <exception cref="SnapshotException">The Secret is missing, or lacks a key, or the server's address is
    /// refused.</exception>
    /// <exception cref="MySqlSessionException">The server's name cannot be resolved.</exception>
    public async Task<MySqlOptions> ConnectAsync(DatabaseSource source, string field, string applicationName)
    {
        var name = source.CredentialsSecretRef.Name;
        var secret = await SecretAsync(name, $"{field}.credentialsSecretRef", "keys username and password");
        var host = source.Host ?? SecretText.Of(secret.Values, "host")
            ?? throw Missing($"The server is not named: set {field}.host or the key host of Secret {name}.");
        if (SecretLimits.Refusal(name, secret.Values, SecretKeys.Database) is { } refusal)
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, $"{field}.credentialsSecretRef: {refusal}");
        }

        await CheckAsync(host, field);
        var given = SecretText.Of(secret.Values, "port");
        return new MySqlOptions
        {
            Server = host,
            Port = source.Port
                ?? (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 3306),
            UserID = Required(secret, "username"),
            Password = Required(secret, "password"),
            Tls = ServerTls.Of(source.Tls, secret.Values.GetValueOrDefault(SecretKeys.Authority)),
            ApplicationName = applicationName,
        };
    }

    /// <summary>Reads the age identity from a Secret; it must not be logged.</summary>
    /// <exception cref="SnapshotException">The Secret is missing, or lacks the key identity.</exception>
    public async Task<string?> IdentityAsync(SecretReference? reference) => reference is null
        ? null
        : Required(await SecretAsync(reference.Name, "spec.ageIdentitySecretRef", "key identity"), "identity");

    private async Task<V1Secret> SecretAsync(string name, string field, string keys) =>
        await services.Kubernetes.GetAsync<V1Secret>(name, @namespace, cancellationToken)
        ?? throw Missing(
            $"Secret {name} ({field}) does not exist in namespace {@namespace}. Create it with the {keys}.");

    // The database library and the dump tools resolve the name again and may use any of its addresses, so each address
    // must be allowed.
    private async Task CheckAsync(string host, string field)
    {
        try
        {
            await services.Endpoints.CheckAsync(host, cancellationToken);
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
        ?? throw Missing($"Secret {secret.Metadata.Name} lacks the key {key}. Add it.");

    private static SnapshotException Missing(string message) => new(SnapshotFailure.SecretMissing, message);
}
