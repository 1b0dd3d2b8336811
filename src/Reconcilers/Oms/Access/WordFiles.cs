namespace Drydock.Reconcilers.Oms;

/// <summary>The marks of words beside the data of OMS: a file on each host that can be read, in the directory that its
/// containers mount for their logs. They are read and written through these containers, whether they run or not. They
/// are those of all objects: one that is made again from Git has the words of the one before.</summary>
internal static class WordFiles
{
    private const int NameLength = 100;
    private const int Longest = 4096;

    /// <returns>False: a mark that others wrote was there.</returns>
    /// <exception cref="IOException">No host can be read.</exception>
    public static async Task<bool> MakeAsync(
        OmsTargets targets, string name, string by, CancellationToken cancellationToken)
    {
        var file = $"drydock/words/{ObjectNames.Cut(name.Replace('/', '-'), NameLength)}";
        var looks = await Task.WhenAll(targets.Containers().Select(at => MakeAsync(at.Node, at.Container)));
        return looks.Any(look => look.Made is not null)
            ? !looks.Any(look => look.Made == false)
            : throw new IOException(
                looks.Select(look => look.Problem).FirstOrDefault(problem => problem is not null)
                ?? "No container of OMS exists on any host.");

        async Task<(bool? Made, string? Problem)> MakeAsync(OmsNode node, string container)
        {
            try
            {
                var containers = targets.Docker(node).Containers;
                if (await containers.ReadFileAsync(
                    container, $"{RunOnceCommand.LogsMount}/{file}", Longest, cancellationToken) is { } found)
                {
                    return (Encoding.UTF8.GetString(found) == by, null);
                }

                targets.EnsureMayAct();
                var text = Encoding.UTF8.GetBytes(by);
                await containers.CopyFileAsync(
                    container,
                    RunOnceCommand.LogsMount,
                    file,
                    new MemoryStream(text),
                    text.Length,
                    DateTimeOffset.UnixEpoch,
                    cancellationToken);
                return (true, null);
            }
            catch (DockerNotFoundException)
            {
                return (null, null);
            }
            catch (Exception exception) when (exception is DockerException or InvalidDataException)
            {
                return (null, $"{node.Name}: {exception.Message}");
            }
        }
    }
}
