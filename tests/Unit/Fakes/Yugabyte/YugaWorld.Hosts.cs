using Drydock.Clients.Remote;
using Drydock.Reconcilers.Databases;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What lies on the hosts of the universe besides its processes.</summary>
internal sealed partial class YugaWorld
{
    /// <summary>What of the package is on a host, where a test says so itself.</summary>
    public Func<string, PackageState>? PackageStates { get; set; }

    /// <summary>Room on every host.</summary>
    public long FreeBytes { get; set; } = 1L << 40;

    /// <summary>Half the time that a question for the time takes.</summary>
    public TimeSpan ClockError { get; set; }

    /// <summary>The password of the SQL account.</summary>
    public string SqlPassword { get; set; } = "";

    /// <summary>Text files on every host, by their paths.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>What a program of the package says otherwise when it is asked for its version, by host and name.</summary>
    public Dictionary<string, RemoteResult> VersionAnswers { get; } = new(StringComparer.Ordinal);

    /// <summary>Passwords that reached the SQL shell.</summary>
    public List<string> PasswordsSeen { get; } = [];
}
