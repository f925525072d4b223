import type { Channel } from '../mail/types.ts'

/** What is told must be true after a kill too: nobody hears of it before it is on the disk. */
export function afterSettled(channel: Channel, settled: () => Promise<void>): Channel {
  const { together } = channel
  return {
    id: channel.id,
    async deliver(item, signal) {
      await settled()
      return await channel.deliver(item, signal)
    },
    ...(together === undefined
      ? {}
      : {
          together: {
            ...together,
            async deliver(items, signal) {
              await settled()
              return await together.deliver(items, signal)
            },
          },
        }),
  }
}
