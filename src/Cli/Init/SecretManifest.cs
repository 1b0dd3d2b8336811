namespace Drydock.Cli.Init;

/// <summary>Secrets as manifests, with values that are obviously false.</summary>
internal static class SecretManifest
{
    public static string Ssh(string name) => Of(
        name,
        "The private key of the login user, and the host keys as ssh-keyscan prints them.",
        ("ssh-privatekey", "NOT-A-KEY"),
        ("known_hosts", "NOT-A-HOST-KEY"));

    public static string Tls(string name) => Of(
        name,
        "The client certificate for dockerd --tlsverify, and the certificate authority of the servers.",
        ("ca.crt", "NOT-A-CERTIFICATE"),
        ("tls.crt", "NOT-A-CERTIFICATE"),
        ("tls.key", "NOT-A-KEY"));

    public static string Login(string name, string what) =>
        Of(name, what, ("username", "not-a-user"), ("password", "not-a-password"));

    private static string Of(string name, string what, params (string Key, string Value)[] values) =>
        $"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: {name}
        type: Opaque
        stringData:
          # {what}
        {string.Join('\n', values.Select(v => $"  {v.Key}: {v.Value}"))}

        """;
}
