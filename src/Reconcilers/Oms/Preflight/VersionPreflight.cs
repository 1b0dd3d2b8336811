using System.Security.Cryptography;
using System.Text;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Reads the version data of an upgrade: what is shipped, extended by spec.versionsConfigMapRef. Every added or
/// overridden entry is a note of the plan. Changes nothing.
/// </summary>
internal sealed class VersionPreflight(OmsTargets targets, Findings findings)
{
    private const string Field = "spec.versionsConfigMapRef";
    private const string NotChecked = "The version path was not checked.";
    private const int Longest = 128 * 1024;
    private const int Named = 20;

    /// <summary>The version data; null if the ConfigMap cannot be used, which is a finding then.</summary>
    public async Task<OmsVersionData?> ReadAsync(CancellationToken cancellationToken)
    {
        if (targets.Upgrade.Spec.VersionsConfigMapRef is not { } reference)
        {
            return targets.Versions;
        }

        var space = targets.Upgrade.Metadata.Namespace;
        var name = $"ConfigMap {space}/{reference.Name}";
        try
        {
            var map = await targets.Kubernetes.GetAsync<V1ConfigMap>(reference.Name, space, cancellationToken);
            return map is null
                ? Invalid($"{name} does not exist. Create it, or correct {Field}.")
                : map.Data?.GetValueOrDefault(reference.Key) is not { } text
                ? Invalid(
                    $"{name} has no key {reference.Key}; it has {Keys(map)}. Add the key, or correct {Field}.key.")
                : Extend(name, reference.Key, text);
        }
        catch (KubernetesException exception)
        {
            return Invalid($"{name} cannot be read: {exception.Message.TrimEnd('.')}.");
        }
    }

    private static string Keys(V1ConfigMap map) =>
        map.Data is { Count: > 0 } data ? string.Join(", ", data.Keys.Order(StringComparer.Ordinal)) : "none";

    private OmsVersionData? Extend(string name, string key, string text)
    {
        if (text.Length > Longest)
        {
            return Invalid(
                $"{name}, key {key}, has {text.Length} characters; at most {Longest} are read. Remove what is not "
                    + "version data of OMS.");
        }

        var file = VersionFile.Read(text);
        if (file.Problems.Count > 0)
        {
            foreach (var problem in file.Problems.Take(Named))
            {
                findings.Add(
                    Reasons.VersionDataInvalid, $"{name}, key {key}: {problem.Message} {NotChecked}", field: Field);
            }

            return null;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var extended = targets.Versions.Extend(file, $"{name}, key {key}, sha256:{hash}", out var changes);
        findings.Note(
            $"The version data is extended by {extended.Extension}. "
                + (changes.Count == 0 ? "It changes nothing." : string.Join(" ", changes.Take(Named)))
                + (changes.Count > Named ? $" {changes.Count - Named} more entries are not shown here." : ""));
        return extended;
    }

    private OmsVersionData? Invalid(string message)
    {
        findings.Add(Reasons.VersionDataInvalid, $"{message} {NotChecked}", field: Field);
        return null;
    }
}
