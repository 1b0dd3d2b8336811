using System.Text;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Makes a target of the Secret of <c>spec.preflight.apiCredentialsSecretRef</c>: keys username and password, and
/// optionally url and ca.crt.
/// </summary>
internal static class OmsApiCredentials
{
    /// <summary>The field that names the Secret.</summary>
    public const string Field = "spec.preflight.apiCredentialsSecretRef";

    /// <summary>The target.</summary>
    /// <param name="name">Name of the Secret.</param>
    /// <param name="data">Its values; null if it does not exist.</param>
    /// <param name="usual">Where the console is if the Secret does not say.</param>
    /// <exception cref="OmsApiException">It does not exist, or a key is missing or unusable.</exception>
    public static OmsApiTarget Read(string name, IReadOnlyDictionary<string, byte[]>? data, Uri usual)
    {
        if (data is null)
        {
            throw Unusable($"Secret {name} ({Field}) does not exist; create it with the keys username and password");
        }

        if (SecretLimits.Refusal(name, data, ["url", "username", "password", "ca.crt"]) is { } refusal)
        {
            throw Unusable($"{Field}: {refusal}");
        }

        var address = Text(data, "url") is { } url
            ? ConsoleAddress.Parse(url) ?? throw Unusable($"key url of Secret {name} ({Field}) is no address of a console; expected a form like https://oms.example:8089")
            : usual;
        return new OmsApiTarget(address, Required(name, data, "username"), new Secret(Required(name, data, "password")), Text(data, "ca.crt"));
    }

    private static string Required(string name, IReadOnlyDictionary<string, byte[]> data, string key) =>
        Text(data, key) ?? throw Unusable($"Secret {name} ({Field}) has no key {key}; add it");

    private static OmsApiException Unusable(string message) => new(OmsApiErrorKind.Credentials, message);

    private static string? Text(IReadOnlyDictionary<string, byte[]> data, string key) =>
        data.GetValueOrDefault(key) is { Length: > 0 } bytes && Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : null;
}
