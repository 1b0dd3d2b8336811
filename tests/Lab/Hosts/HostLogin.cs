using System.Runtime.CompilerServices;

namespace Drydock.Lab.Hosts;

/// <summary>
/// The key pair for login on the hosts of a run. All hosts share it, as an operator has one key for all hosts of a
/// cluster.
/// </summary>
/// <param name="KeyPem">The private key in OpenSSH's format, without passphrase.</param>
/// <param name="PublicKeyPath">The file of the public key.</param>
internal sealed record HostLogin(string KeyPem, string PublicKeyPath)
{
    private static readonly ConditionalWeakTable<LabRun, Lazy<Task<HostLogin>>> Known = [];

    /// <summary>The key pair of the run; made on first use.</summary>
    public static Task<HostLogin> OfAsync(LabRun run) =>
        Known.GetValue(run, static key => new Lazy<Task<HostLogin>>(() => MakeAsync(key))).Value;

    private static async Task<HostLogin> MakeAsync(LabRun run)
    {
        var key = Path.Combine(run.FolderFor("host-login"), "key");
        await Shell.RunAsync(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "drydock-lab", "-f", key], environment: run.Mark);
        return new HostLogin(await File.ReadAllTextAsync(key), key + ".pub");
    }
}
